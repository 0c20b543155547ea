using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using EvalCore.Environments;
using EvalCore.Options;

namespace EvalCore.Isolation;

/// <summary>
/// A benchmark whose environments and renderers are in processes of their own. What it says of itself comes from the benchmark in
/// this process, which makes none of them. A process is used again for the next environment.
/// </summary>
internal sealed class IsolatedBenchmark : IBenchmark
{
    private static readonly TimeSpan DevicePatience = TimeSpan.FromMinutes(5);

    private readonly IBenchmark _benchmark;
    private readonly WorkerProgram _program;
    private readonly JsonObject _flags;
    private readonly ConcurrentBag<WorkerProcess> _idle = [];
    private readonly List<WorkerProcess> _all = [];
    private readonly Lock _asking = new();
    private volatile WorkerDevice? _device;
    private volatile bool _disposed;

    private IsolatedBenchmark(EnvConfig env, WorkerProgram program)
    {
        _program = program;
        _flags = new JsonObject { ["type"] = env.Type };
        foreach (var property in OptionProperty.Of(env.GetType()))
            _flags[property.Name] = property.JsonOf(env);
        _benchmark = env.Open();
    }

    /// <summary>Opens a suite's benchmark, its environments in processes of their own where the mode says so.</summary>
    /// <param name="env">The suite and its flags.</param>
    /// <param name="mode">Where environments are.</param>
    /// <param name="program">The program that is started as their processes; null where this one cannot be.</param>
    /// <exception cref="EvalCoreException">The value of a flag is invalid, or this program cannot be started again.</exception>
    public static IBenchmark Open(EnvConfig env, IsolationMode mode, WorkerProgram? program) => mode switch
    {
        IsolationMode.None => env.Open(),
        _ when program is not null => new IsolatedBenchmark(env, program),
        _ => throw new EvalCoreException(
            "--eval.isolation=process: this program cannot be started again as the process of an environment; start it with EvalCoreApp.Run, or give --eval.isolation=none"),
    };

    /// <summary>How many renderers render at once.</summary>
    public RendererLimit Renderers { get; set; } = RendererLimit.None;

    /// <inheritdoc/>
    public IReadOnlyList<EnvTask> Tasks => _benchmark.Tasks;

    /// <inheritdoc/>
    public IReadOnlyList<EnvTask> AllTasks => _benchmark.AllTasks;

    /// <inheritdoc/>
    public ObservationSpace ObservationSpace => _benchmark.ObservationSpace;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, ObservationSpace> ObservationSpaces => _benchmark.ObservationSpaces;

    /// <inheritdoc/>
    public ActionSpace ActionSpace => _benchmark.ActionSpace;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> EngineVersions => _benchmark.EngineVersions;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> EngineLibraries => _benchmark.EngineLibraries;

    /// <inheritdoc/>
    public IReadOnlyList<string> Notes => _benchmark.Notes;

    /// <summary>The device that renders. A process of an environment is asked: to find out, one has to render.</summary>
    public string? RenderingDevice => Device.Name;

    /// <inheritdoc/>
    public IReadOnlyList<string> RenderingNotes => Device.Notes;

    /// <inheritdoc/>
    public bool RendersVideos => _benchmark.RendersVideos;

    /// <inheritdoc/>
    public IEnvironment Make(EnvTask task) => Make(task, _ => { });

    /// <summary>Makes an environment.</summary>
    /// <param name="task">Its task.</param>
    /// <param name="begins">Receives the process, before the call that may not return.</param>
    public IsolatedEnvironment Make(EnvTask task, Action<WorkerProcess> begins) => Begin(begins, worker =>
    {
        worker.Call(WorkerCommand.Make, "its start", WorkerText.Of(task));
        var layout = WorkerText.LayoutOf(worker.Mailbox.Text, ActionSpace, ObservationSpace);
        return new IsolatedEnvironment(worker, layout, ActionSpace, Share(worker, layout.Bytes), Return);
    });

    /// <inheritdoc/>
    public IFrameRenderer MakeRenderer(EnvTask task) => MakeRenderer(task, _ => { });

    /// <summary>Makes a renderer.</summary>
    /// <param name="task">The task whose videos it renders.</param>
    /// <param name="begins">Receives the process, before the call that may not return.</param>
    public IsolatedRenderer MakeRenderer(EnvTask task, Action<WorkerProcess> begins) => Begin(begins, worker =>
    {
        worker.Call(WorkerCommand.MakeRenderer, "the start of a video", WorkerText.Of(task));
        var (width, height) = ((int)worker.Mailbox[0], (int)worker.Mailbox[1]);
        return new IsolatedRenderer(worker, width, height, Return);
    });

    /// <summary>The device that renders. The process of an environment that has just rendered is asked, the first time.</summary>
    public string? DeviceOf(IsolatedEnvironment environment) => (_device ??= environment.AskForDevice()).Name;

    /// <summary>Nothing: a process frees what a task needs when it gets an environment of another.</summary>
    public void Release(EnvTask task)
    {
    }

    /// <summary>Ends all processes.</summary>
    public void Dispose()
    {
        _disposed = true;
        WorkerProcess[] all;
        lock (_all)
            all = [.. _all];
        foreach (var worker in all)
            Discard(worker);
        _benchmark.Dispose();
    }

    /// <summary>Ends the processes of all environments and renderers: a call that waits for one of them throws.</summary>
    public void Kill()
    {
        WorkerProcess[] all;
        lock (_all)
            all = [.. _all];
        foreach (var worker in all)
            worker.Kill();
    }

    /// <summary>Makes memory that a process shares with this one.</summary>
    internal static SharedMemory Share(WorkerProcess worker, int bytes)
    {
        var memory = SharedMemory.Create(bytes, out string path);
        try
        {
            worker.Call(WorkerCommand.Map, "its start", path);
            return memory;
        }
        catch
        {
            memory.Dispose();
            File.Delete(path);
            throw;
        }
    }

    private WorkerDevice Device
    {
        get
        {
            if (_device is { } known)
                return known;
            lock (_asking)
                return _device ??= AskForDevice();
        }
    }

    /// <summary>Takes a process for something new. It is discarded where that fails.</summary>
    private T Begin<T>(Action<WorkerProcess> begins, Func<WorkerProcess, T> make)
    {
        var worker = Rent();
        try
        {
            begins(worker);
            worker.Open(_flags);
            return make(worker);
        }
        catch
        {
            Discard(worker);
            throw;
        }
    }

    private WorkerProcess Rent()
    {
        while (_idle.TryTake(out var idle))
        {
            if (!idle.IsLost)
                return idle;
            Discard(idle);
        }

        ObjectDisposedException.ThrowIf(_disposed, this);
        var worker = WorkerProcess.Start(_program);
        lock (_all)
            _all.Add(worker);
        if (_disposed)
            Discard(worker);
        return worker;
    }

    /// <summary>Closes the environment or renderer of a process, and takes the process back.</summary>
    private void Return(WorkerProcess worker)
    {
        try
        {
            worker.Close();
        }
        finally
        {
            if (worker.IsLost || _disposed)
                Discard(worker);
            else
                _idle.Add(worker);
        }
    }

    private void Discard(WorkerProcess worker)
    {
        lock (_all)
            _all.Remove(worker);
        worker.Dispose();
    }

    /// <summary>
    /// Asks a process for the device where no environment has rendered so far. No watchdog knows this call: a process that takes too
    /// long is ended, and the device is then not known.
    /// </summary>
    private WorkerDevice AskForDevice()
    {
        var unknown = new WorkerDevice(null, []);
        if (!Renderers.TryEnter(DevicePatience, CancellationToken.None))
            return unknown;
        Timer? late = null;
        try
        {
            return Begin(
                worker => late = worker.KillAfter(DevicePatience),
                worker =>
                {
                    var device = worker.AskForDevice();
                    late!.Dispose();
                    Return(worker);
                    return device;
                });
        }
        catch (LostEnvironmentException)
        {
            return unknown;
        }
        finally
        {
            late?.Dispose();
            Renderers.Exit();
        }
    }
}
