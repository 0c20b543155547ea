using System.Collections.Concurrent;
using EvalCore.Environments;

namespace EvalCore.Video;

/// <summary>
/// Renders and encodes the videos of recorded episodes on its own threads, in parallel with the evaluation. A failed
/// video gives a warning; the run continues.
/// </summary>
public sealed class VideoWriter : IDisposable
{
    private readonly IBenchmark _benchmark;
    private readonly int _fps;
    private readonly string _folder;
    private readonly Action<string> _warn;
    private readonly long _maxUnrenderedBytes;
    private readonly int _maxTasks;
    private readonly Dictionary<EnvTask, int> _unrenderedOfTask = [];
    private readonly string? _ffmpeg = FfmpegEncoder.Find();
    private readonly BlockingCollection<(FrameRecording Recording, TaskCompletionSource<string?> Path)> _queue = [];
    private readonly object _lock = new();
    private readonly List<Thread> _threads = [];
    private readonly int _maxThreads = Math.Clamp(Environment.ProcessorCount, 1, 4);
    private long _unrenderedBytes;
    private bool _stopped;
    private int _warnedOfFfmpeg;
    private int _warnedOfFailure;

    /// <summary>Makes a writer. Its threads start with the first videos.</summary>
    /// <param name="benchmark">Makes the renderers; the caller disposes it.</param>
    /// <param name="fps">Frames per second.</param>
    /// <param name="outputDir">The run's output folder; the videos go to its folder <c>videos</c>.</param>
    /// <param name="warn">Receives warnings, one line each.</param>
    public VideoWriter(IBenchmark benchmark, int fps, string outputDir, Action<string> warn)
        : this(benchmark, fps, outputDir, warn, maxUnrenderedBytes: 256 << 20, maxTasks: 8)
    {
    }

    internal VideoWriter(IBenchmark benchmark, int fps, string outputDir, Action<string> warn, long maxUnrenderedBytes, int maxTasks) =>
        (_benchmark, _fps, _folder, _warn, _maxUnrenderedBytes, _maxTasks) = (benchmark, fps, outputDir, warn, maxUnrenderedBytes, maxTasks);

    /// <summary>The path of an episode's video in the output folder, as LeRobot names it.</summary>
    public string PathOf(EpisodeSpec episode) => Path.Combine(
        "videos", $"{episode.Task.Group}_{episode.Task.Id}", $"eval_episode_{episode.Index}.{(_ffmpeg is null ? "png" : "mp4")}");

    /// <summary>
    /// Waits while queued recordings use too much memory, themselves or by the models of their tasks, which stay until the
    /// videos are rendered: when rendering is slower than playing, episodes wait here.
    /// </summary>
    /// <param name="task">The task of the episode that is about to start.</param>
    public void WaitForRoom(EnvTask task)
    {
        lock (_lock)
        {
            while (!_stopped && (_unrenderedBytes >= _maxUnrenderedBytes
                || (_unrenderedOfTask.Count >= _maxTasks && !_unrenderedOfTask.ContainsKey(task))))
            {
                Monitor.Wait(_lock);
            }
        }
    }

    /// <summary>
    /// Queues a video. The task returns the path in the output folder when the file is written, or null when it could
    /// not be made. The task is cancelled when the writer is stopped first.
    /// </summary>
    public Task<string?> Write(FrameRecording recording)
    {
        var path = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_stopped)
                return Task.FromCanceled<string?>(new CancellationToken(canceled: true));
            _unrenderedBytes += recording.Bytes;
            _unrenderedOfTask[recording.Episode.Task] = _unrenderedOfTask.GetValueOrDefault(recording.Episode.Task) + 1;
            if (_threads.Count < _maxThreads)
            {
                var thread = new Thread(Work) { IsBackground = true, Name = $"video {_threads.Count}" };
                _threads.Add(thread);
                thread.Start();
            }

            _queue.Add((recording, path));
            return path.Task;
        }
    }

    /// <summary>Cancels the videos that have not begun, and accepts no more.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _stopped = true;
            _queue.CompleteAdding();
            while (_queue.TryTake(out var waiting))
                waiting.Path.TrySetCanceled();
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Stops, and waits for the videos that are being rendered.</summary>
    public void Dispose()
    {
        Stop();
        foreach (var thread in _threads)
            thread.Join();
        _queue.Dispose();
    }

    private void Work()
    {
        IFrameRenderer? renderer = null;
        EnvTask? task = null;
        byte[] frame = [];
        var finishing = Task.CompletedTask;
        foreach (var (recording, path) in _queue.GetConsumingEnumerable())
        {
            IVideoEncoder? encoder = null;
            try
            {
                if (renderer is null || task != recording.Episode.Task)
                {
                    renderer?.Dispose();
                    renderer = null;
                    renderer = _benchmark.MakeRenderer(recording.Episode.Task);
                    task = recording.Episode.Task;
                    frame = GC.AllocateArray<byte>(renderer.Width * renderer.Height * 3, pinned: true);
                }

                string name = PathOf(recording.Episode);
                encoder = NewEncoder(Path.Combine(_folder, name), renderer);
                for (int i = 0; i < recording.Count; i++)
                {
                    renderer.Render(recording[i], frame);
                    encoder.Add(frame);
                }

                // The next video starts while ffmpeg completes this one.
                finishing.Wait();
                var finished = encoder;
                finishing = Task.Run(() => Finish(finished, name, recording, path));
            }
            catch (Exception e)
            {
                Fail(Abandon(encoder) ?? e, recording, path);
            }

            lock (_lock)
            {
                _unrenderedBytes -= recording.Bytes;
                if (--_unrenderedOfTask[recording.Episode.Task] == 0)
                    _unrenderedOfTask.Remove(recording.Episode.Task);
                Monitor.PulseAll(_lock);
            }
        }

        finishing.Wait();
        renderer?.Dispose();
    }

    private IVideoEncoder NewEncoder(string file, IFrameRenderer renderer)
    {
        if (_ffmpeg is null)
            Warn(ref _warnedOfFfmpeg, "ffmpeg is not installed: videos are written as animated PNG; for mp4, install the package ffmpeg");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        return _ffmpeg is null
            ? new ApngEncoder(file, renderer.Width, renderer.Height, _fps)
            : new FfmpegEncoder(_ffmpeg, file, renderer.Width, renderer.Height, _fps);
    }

    private void Finish(IVideoEncoder encoder, string name, FrameRecording recording, TaskCompletionSource<string?> path)
    {
        try
        {
            using (encoder)
                encoder.Finish();
            path.SetResult(name);
        }
        catch (Exception e)
        {
            Fail(e, recording, path);
        }
    }

    /// <summary>
    /// Disposes the encoder of a failed video. Returns the exception of the disposal, if any: on a full disk it fails
    /// as well.
    /// </summary>
    private static Exception? Abandon(IVideoEncoder? encoder)
    {
        try
        {
            encoder?.Dispose();
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    private void Fail(Exception e, FrameRecording recording, TaskCompletionSource<string?> path)
    {
        Warn(ref _warnedOfFailure, $"no video of episode {recording.Episode.Index} of {recording.Episode.Task.Name}: {e.Message}");
        path.SetResult(null);
    }

    /// <summary>Warns once per kind of problem: the next video has the same problem.</summary>
    private void Warn(ref int warned, string line)
    {
        if (Interlocked.Exchange(ref warned, 1) == 0)
            _warn(line);
    }
}
