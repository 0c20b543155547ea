using EvalCore.Environments;
using EvalCore.Isolation;

namespace EvalCore.Video;

/// <summary>
/// Renders and encodes the videos of recorded episodes on its own threads, in parallel with the evaluation. A failed
/// video gives a warning; the run continues. When ffmpeg fails or takes too long, animated PNG takes its place.
/// </summary>
public sealed class VideoWriter : IDisposable
{
    /// <summary>How often the process of a video's renderer is lost before the video is given up.</summary>
    private const int MostLosses = 3;

    private readonly IBenchmark _benchmark;
    private readonly int _fps;
    private readonly string _folder;
    private readonly Action<string> _warn;
    private readonly VideoLimits _limits;
    private readonly RendererLimit _renderers;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<EnvTask, int> _unrenderedOfTask = [];
    private readonly Queue<Job> _queue = new();
    private readonly object _lock = new();
    private readonly List<Worker> _workers = [];
    private readonly HashSet<FfmpegEncoder> _encoding = [];
    private readonly int _maxWorkers = Math.Clamp(Environment.ProcessorCount, 1, 4);
    private volatile string? _ffmpeg;
    private Timer? _watch;
    private long _unrenderedBytes;
    private volatile bool _stopped;
    private bool _disposed;
    private int _warnedOfFfmpeg;
    private int _warnedOfFailure;

    /// <summary>Makes a writer. Its threads start with the first videos.</summary>
    /// <param name="benchmark">Makes the renderers; the caller disposes it.</param>
    /// <param name="fps">Frames per second.</param>
    /// <param name="outputDir">The run's output folder; the videos go to its folder <c>videos</c>.</param>
    /// <param name="warn">Receives warnings, one line each.</param>
    public VideoWriter(IBenchmark benchmark, int fps, string outputDir, Action<string> warn)
        : this(benchmark, fps, outputDir, warn, new VideoLimits(), FfmpegEncoder.Find())
    {
    }

    internal VideoWriter(IBenchmark benchmark, int fps, string outputDir, Action<string> warn, RendererLimit renderers)
        : this(benchmark, fps, outputDir, warn, new VideoLimits(), FfmpegEncoder.Find(), renderers)
    {
    }

    internal VideoWriter(IBenchmark benchmark, int fps, string outputDir, Action<string> warn, VideoLimits limits, string? ffmpeg, RendererLimit? renderers = null) =>
        (_benchmark, _fps, _folder, _warn, _limits, _ffmpeg, _renderers) = (benchmark, fps, outputDir, warn, limits, ffmpeg, renderers ?? RendererLimit.None);

    /// <summary>
    /// Whether a thread did not stop, because a renderer did not return from a call: the benchmark is still in use.
    /// </summary>
    public bool IsStuck { get; private set; }

    /// <summary>The path of an episode's video in the output folder, as LeRobot names it.</summary>
    public string PathOf(EpisodeSpec episode) => PathOf(episode, _ffmpeg);

    private static string PathOf(EpisodeSpec episode, string? ffmpeg) =>
        $"{StemOf(episode.Task.Group, episode.Task.Id, episode.Index)}.{(ffmpeg is null ? "png" : "mp4")}";

    /// <summary>The path of an episode's video without its extension.</summary>
    internal static string StemOf(string taskGroup, int taskId, int episodeIndex) => Path.Combine("videos", $"{taskGroup}_{taskId}", $"eval_episode_{episodeIndex}");

    /// <summary>The whole video of an episode in an output folder, relative to it; null where there is none.</summary>
    internal static string? Existing(string folder, string taskGroup, int taskId, int episodeIndex)
    {
        string stem = StemOf(taskGroup, taskId, episodeIndex);
        return ((string[])[$"{stem}.mp4", $"{stem}.png"]).FirstOrDefault(path => Path.Combine(folder, path) is var file && File.Exists(file) && VideoFile.IsWhole(file));
    }

    /// <summary>
    /// Waits while queued recordings use too much memory, themselves or by the models of their tasks, which stay until the
    /// videos are rendered: when rendering is slower than playing, episodes wait here.
    /// </summary>
    /// <param name="task">The task of the episode that is about to start.</param>
    public void WaitForRoom(EnvTask task)
    {
        lock (_lock)
        {
            while (!_stopped && (_unrenderedBytes >= _limits.UnrenderedBytes
                || (_unrenderedOfTask.Count >= _limits.Tasks && !_unrenderedOfTask.ContainsKey(task))))
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
        var job = new Job(recording);
        if (!Enqueue(job))
            job.Path.TrySetCanceled();
        return job.Path.Task;
    }

    /// <summary>Cancels the videos that have not begun, and accepts no more.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _stopped = true;
            while (_queue.TryDequeue(out var waiting))
                waiting.Path.TrySetCanceled();
            Monitor.PulseAll(_lock);
        }

        _stopping.Cancel();
    }

    /// <summary>Stops, and waits for up to half a minute for the videos that are being rendered.</summary>
    public void Dispose() => Stop(TimeSpan.FromSeconds(30));

    /// <summary>
    /// Stops, and waits for the videos that are being rendered; those that take longer are given up. A second call does
    /// nothing.
    /// </summary>
    /// <param name="patience">How long to wait.</param>
    public void Stop(TimeSpan patience)
    {
        Stop();
        if (_disposed)
            return;
        _disposed = true;
        _watch?.Dispose();
        long deadline = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        if (Join(deadline))
            return;

        FfmpegEncoder[] encoding;
        lock (_lock)
            encoding = [.. _encoding];
        foreach (var encoder in encoding)
            encoder.Kill();
        foreach (var worker in _workers)
            worker.Process?.Kill();
        IsStuck = !Join(Environment.TickCount64 + 1000);
        lock (_lock)
        {
            foreach (var worker in _workers)
                worker.Current?.Path.TrySetCanceled();
        }
    }

    private bool Join(long deadline)
    {
        bool ended = true;
        foreach (var worker in _workers)
            ended &= worker.Thread.Join(worker.IsGivenUp ? 0 : (int)Math.Max(0, deadline - Environment.TickCount64));
        return ended;
    }

    /// <summary>Queues a video; false when the writer is stopped.</summary>
    private bool Enqueue(Job job)
    {
        lock (_lock)
        {
            if (_stopped)
                return false;
            var task = job.Recording.Episode.Task;
            _unrenderedBytes += job.Recording.Bytes;
            _unrenderedOfTask[task] = _unrenderedOfTask.GetValueOrDefault(task) + 1;
            _queue.Enqueue(job);
            if (_workers.Count(worker => !worker.IsGivenUp) < _maxWorkers)
                StartWorker();
            Monitor.PulseAll(_lock);
            return true;
        }
    }

    /// <summary>Starts a thread. When the system has none to give, those there are make all videos.</summary>
    private void StartWorker()
    {
        Worker? worker = null;
        var thread = new Thread(() => Work(worker!)) { IsBackground = true, Name = $"video {_workers.Count}" };
        worker = new Worker(thread);
        try
        {
            thread.Start();
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            if (_workers.Exists(other => !other.IsGivenUp))
                return;
            while (_queue.TryDequeue(out var job))
            {
                HasRendered(worker, job);
                GiveUp(job, "no thread could be started");
            }

            return;
        }

        _workers.Add(worker);
        _watch ??= new Timer(_ => GiveUpStuckRenderers(), null, _limits.RenderPatience / 4, _limits.RenderPatience / 4);
    }

    private Job? Next(Worker worker)
    {
        lock (_lock)
        {
            worker.Current = null;
            while (!_stopped && !worker.IsGivenUp)
            {
                if (_queue.TryDequeue(out var job))
                {
                    worker.Current = job;
                    worker.Touch();
                    return job;
                }

                Monitor.Wait(_lock);
            }

            return null;
        }
    }

    private void Work(Worker worker)
    {
        IFrameRenderer? renderer = null;
        EnvTask? task = null;
        byte[] frame = [];
        var finishing = Task.CompletedTask;
        while (Next(worker) is { } job)
        {
            var episode = job.Recording.Episode;
            IVideoEncoder? encoder = null;
            try
            {
                if (renderer is null || task != episode.Task)
                {
                    var old = renderer;
                    renderer = null;
                    Release(old);
                    worker.Process = null;
                    worker.IsStarting = true;
                    renderer = NewRenderer(worker, episode.Task);
                    task = episode.Task;
                    frame = GC.AllocateArray<byte>(renderer.Width * renderer.Height * 3, pinned: true);
                }

                string? ffmpeg = _ffmpeg;
                string name = PathOf(episode, ffmpeg);
                encoder = NewEncoder(ffmpeg, Path.Combine(_folder, name), renderer);
                for (int i = 0; i < job.Recording.Count && !worker.IsGivenUp; i++)
                {
                    worker.Touch();
                    Enter(worker);
                    try
                    {
                        renderer.Render(job.Recording[i], frame);
                    }
                    finally
                    {
                        Exit(worker);
                    }

                    worker.Touch();
                    worker.IsStarting = false;
                    encoder.Add(frame);
                }

                if (worker.IsGivenUp)
                {
                    Release(encoder);
                    break;
                }

                // The next video starts while ffmpeg completes this one.
                finishing.Wait();
                var finished = encoder;
                finishing = Task.Run(() => Finish(finished, name, job));
            }
            catch (LostEnvironmentException e) when (!worker.IsGivenUp)
            {
                // The renderer's process is gone; the next one is another.
                Release(encoder);
                var lost = renderer;
                (renderer, worker.Process) = (null, null);
                Release(lost);
                if (++job.Losses == MostLosses)
                    GiveUp(job, $"{e.Message}, {MostLosses} times");
                else if (!Enqueue(job))
                    job.Path.TrySetCanceled();
            }
            catch (OperationCanceledException) when (_stopped)
            {
                Release(encoder);
                job.Path.TrySetCanceled();
            }
            catch (Exception e)
            {
                e = Release(encoder) ?? e;
                if (!worker.IsGivenUp)
                    Fail(e, job);
            }

            HasRendered(worker, job);
        }

        finishing.Wait();
        Release(renderer);
    }

    /// <summary>Makes a renderer. Its process, if it has one, can be ended already while it is made.</summary>
    private IFrameRenderer NewRenderer(Worker worker, EnvTask task)
    {
        Enter(worker);
        try
        {
            return _benchmark is IsolatedBenchmark isolated ? isolated.MakeRenderer(task, process => worker.Process = process) : _benchmark.MakeRenderer(task);
        }
        finally
        {
            Exit(worker);
        }
    }

    /// <summary>Waits until a renderer may render. The wait is no sign that it is stuck.</summary>
    private void Enter(Worker worker)
    {
        while (!_renderers.TryEnter(_limits.RenderPatience / 4, _stopping.Token))
            worker.Touch();
        worker.Touch();
        worker.Takes();
    }

    /// <summary>Lets another renderer render. A thread that was given up has done so when it comes here.</summary>
    private void Exit(Worker worker)
    {
        if (worker.GivesBack())
            _renderers.Exit();
    }

    private void HasRendered(Worker worker, Job job)
    {
        lock (_lock)
        {
            if (worker.IsGivenUp)
                return;
            _unrenderedBytes -= job.Recording.Bytes;
            var task = job.Recording.Episode.Task;
            if (--_unrenderedOfTask[task] == 0)
                _unrenderedOfTask.Remove(task);
            Monitor.PulseAll(_lock);
        }
    }

    private IVideoEncoder NewEncoder(string? ffmpeg, string file, IFrameRenderer renderer)
    {
        if (ffmpeg is null)
            Warn(ref _warnedOfFfmpeg, "ffmpeg is not installed: videos are written as animated PNG; for mp4, install the package ffmpeg");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        if (ffmpeg is null)
            return new ApngEncoder(file, renderer.Width, renderer.Height, _fps);
        var encoder = new FfmpegEncoder(ffmpeg, file, renderer.Width, renderer.Height, _fps, _limits.FramePatience);
        lock (_lock)
            _encoding.Add(encoder);
        return encoder;
    }

    private void Finish(IVideoEncoder encoder, string name, Job job)
    {
        try
        {
            encoder.Finish();
            job.Path.TrySetResult(name);
        }
        catch (Exception e)
        {
            Fail(e, job);
        }

        Release(encoder);
    }

    /// <summary>Makes a failed video again without ffmpeg if that was at fault, else reports it.</summary>
    private void Fail(Exception e, Job job)
    {
        if (e is FfmpegException)
        {
            // A stopped writer has ended ffmpeg itself: a resume makes the video.
            if (!_stopped)
            {
                _ffmpeg = null;
                Warn(ref _warnedOfFfmpeg, $"{e.Message}; videos are written as animated PNG");
            }

            if (!Enqueue(job))
                job.Path.TrySetCanceled();
            return;
        }

        GiveUp(job, EvalCoreException.Reason(e));
    }

    private void GiveUp(Job job, string reason)
    {
        var episode = job.Recording.Episode;
        Warn(ref _warnedOfFailure, $"no video of episode {episode.Index} of {episode.Task.Name}: {reason}");
        job.Path.TrySetResult(null);
    }

    /// <summary>
    /// Gives up the video of each thread whose renderer does not return, and the thread: others take its place. A renderer in another
    /// process is ended.
    /// </summary>
    private void GiveUpStuckRenderers()
    {
        var given = new List<(Job Job, TimeSpan Patience)>();
        lock (_lock)
        {
            foreach (var worker in _workers.Where(worker => !worker.IsGivenUp && worker.Current is not null && worker.IsLate(PatienceOf(worker))).ToList())
            {
                if (worker.Process is { } process)
                {
                    // Its call throws, and the video is made again by another process.
                    worker.Touch();
                    worker.Process = null;
                    process.Kill();
                    continue;
                }

                given.Add((worker.Current!, PatienceOf(worker)));
                HasRendered(worker, worker.Current!);
                worker.IsGivenUp = true;
                Exit(worker);
                if (_queue.Count > 0)
                    StartWorker();
            }
        }

        foreach (var (job, patience) in given)
            GiveUp(job, $"its renderer does not return for {patience.TotalSeconds:0.#} s");

        TimeSpan PatienceOf(Worker worker) => worker.IsStarting ? _limits.FirstFramePatience : _limits.RenderPatience;
    }

    /// <summary>
    /// Disposes an encoder or a renderer. Returns the exception of the disposal, if any: on a full disk it fails as well, and
    /// an exception on this thread would end the process.
    /// </summary>
    private Exception? Release(IDisposable? part)
    {
        try
        {
            if (part is FfmpegEncoder encoder)
            {
                lock (_lock)
                    _encoding.Remove(encoder);
            }

            part?.Dispose();
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    /// <summary>Warns once per kind of problem: the next video has the same problem.</summary>
    private void Warn(ref int warned, string line)
    {
        if (Interlocked.Exchange(ref warned, 1) != 0)
            return;
        try
        {
            _warn(line);
        }
        catch (Exception)
        {
            // A warning is best effort: an exception on this thread would end the process.
        }
    }

    private sealed class Job(FrameRecording recording)
    {
        public FrameRecording Recording { get; } = recording;

        /// <summary>How often the process of its renderer was lost.</summary>
        public int Losses { get; set; }

        public TaskCompletionSource<string?> Path { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Worker(Thread thread)
    {
        private long _touched = Environment.TickCount64;
        private volatile bool _isGivenUp;
        private volatile bool _isStarting;
        private volatile WorkerProcess? _process;
        private int _permits;

        /// <summary>The process of its renderer; null where that is in this process.</summary>
        public WorkerProcess? Process { get => _process; set => _process = value; }

        /// <summary>Whether its renderer has rendered nothing yet.</summary>
        public bool IsStarting { get => _isStarting; set => _isStarting = value; }

        public Thread Thread { get; } = thread;

        /// <summary>The video that is being rendered; null between videos.</summary>
        public Job? Current { get; set; }

        /// <summary>Whether its renderer did not return in time. If it ever returns, the thread ends.</summary>
        public bool IsGivenUp { get => _isGivenUp; set => _isGivenUp = value; }

        /// <summary>Notes that it may render.</summary>
        public void Takes() => Volatile.Write(ref _permits, 1);

        /// <summary>Notes that it does not render any more; false where that was noted already.</summary>
        public bool GivesBack() => Interlocked.Exchange(ref _permits, 0) == 1;

        /// <summary>Notes that a frame begins.</summary>
        public void Touch() => Volatile.Write(ref _touched, Environment.TickCount64);

        public bool IsLate(TimeSpan patience) => Environment.TickCount64 - Volatile.Read(ref _touched) > patience.TotalMilliseconds;
    }
}
