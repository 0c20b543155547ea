using System.Collections.Concurrent;
using EvalCore.Environments;

namespace EvalCore.Video;

/// <summary>
/// Draws and encodes the videos of recorded episodes on threads of its own, beside the evaluation. A video is a
/// courtesy: what goes wrong is a warning, and the run goes on.
/// </summary>
public sealed class VideoWriter : IDisposable
{
    private readonly EnvConfig _config;
    private readonly string _folder;
    private readonly Action<string> _warn;
    private readonly long _maxUndrawnBytes;
    private readonly string? _ffmpeg = FfmpegEncoder.Find();
    private readonly BlockingCollection<(FrameRecording Recording, TaskCompletionSource<string?> Path)> _queue = [];
    private readonly object _lock = new();
    private readonly List<Thread> _threads = [];
    private readonly int _maxThreads = Math.Clamp(Environment.ProcessorCount, 1, 4);
    private long _undrawnBytes;
    private bool _stopped;
    private int _warnedOfFfmpeg;
    private int _warnedOfFailure;

    /// <summary>Makes a writer. Nothing is started before the first video.</summary>
    /// <param name="config">What is played; makes the renderers.</param>
    /// <param name="outputDir">The run's output folder; the videos go to its folder <c>videos</c>.</param>
    /// <param name="warn">Takes one line when videos cannot be made as they should.</param>
    public VideoWriter(EnvConfig config, string outputDir, Action<string> warn)
        : this(config, outputDir, warn, maxUndrawnBytes: 256 << 20)
    {
    }

    internal VideoWriter(EnvConfig config, string outputDir, Action<string> warn, long maxUndrawnBytes) =>
        (_config, _folder, _warn, _maxUndrawnBytes) = (config, outputDir, warn, maxUndrawnBytes);

    /// <summary>The path of an episode's video in the output folder, as LeRobot names it.</summary>
    public string PathOf(EpisodeSpec episode) => Path.Combine(
        "videos", $"{episode.Task.Group}_{episode.Task.Id}", $"eval_episode_{episode.Index}.{(_ffmpeg is null ? "png" : "mp4")}");

    /// <summary>
    /// Waits while the recordings that are queued take much memory: where videos take longer than episodes, those who
    /// play wait here.
    /// </summary>
    public void WaitForRoom()
    {
        lock (_lock)
        {
            while (_undrawnBytes >= _maxUndrawnBytes && !_stopped)
                Monitor.Wait(_lock);
        }
    }

    /// <summary>
    /// Writes a video; the task ends when the file is there, with its path in the output folder, or null when it could
    /// not be made. It is cancelled when the writer is stopped before.
    /// </summary>
    public Task<string?> Write(FrameRecording recording)
    {
        var path = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_stopped)
                return Task.FromCanceled<string?>(new CancellationToken(canceled: true));
            _undrawnBytes += recording.Bytes;
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

    /// <summary>Drops the videos that are not begun, and takes no more.</summary>
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

    /// <summary>Stops, and waits for the videos that are being drawn.</summary>
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
                    renderer = _config.MakeRenderer(recording.Episode.Task);
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

                // While ffmpeg completes this video, the next is begun.
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
                _undrawnBytes -= recording.Bytes;
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
            ? new ApngEncoder(file, renderer.Width, renderer.Height, _config.Fps)
            : new FfmpegEncoder(_ffmpeg, file, renderer.Width, renderer.Height, _config.Fps);
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

    /// <summary>Gives up a video; what that itself fails with, if it does: a full disk fails twice.</summary>
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

    /// <summary>One warning of a kind: the next video has the same trouble.</summary>
    private void Warn(ref int warned, string line)
    {
        if (Interlocked.Exchange(ref warned, 1) == 0)
            _warn(line);
    }
}
