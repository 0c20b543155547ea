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
    private readonly IBenchmark _benchmark;
    private readonly WorkerProgram _program;
    private readonly JsonObject _flags;
    private readonly ConcurrentBag<WorkerProcess> _idle = [];
    private readonly List<WorkerProcess> _all = [];
    private readonly Lazy<(string? Device, IReadOnlyList<string> Notes)> _device;
    private volatile bool _disposed;

    private IsolatedBenchmark(EnvConfig env, WorkerProgram program)
    {
        _program = program;
        _flags = new JsonObject { ["type"] = env.Type };
        foreach (var property in OptionProperty.Of(env.GetType()))
            _flags[property.Name] = property.JsonOf(env);
        _benchmark = env.Open();
        _device = new(AskForDevice);
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
    public string? RenderingDevice => _device.Value.Device;

    /// <inheritdoc/>
    public IReadOnlyList<string> RenderingNotes => _device.Value.Notes;

    /// <inheritdoc/>
    public bool RendersVideos => _benchmark.RendersVideos;

    /// <inheritdoc/>
    public IEnvironment Make(EnvTask task) => Make(task, _ => { });

    /// <summary>Makes an environment.</summary>
    /// <param name="task">Its task.</param>
    /// <param name="begins">Receives what ends the process, before the call that may not return.</param>
    public IEnvironment Make(EnvTask task, Action<IKillable> begins)
    {
        var worker = Rent();
        try
        {
            begins(worker);
            worker.Open(_flags);
            worker.Call(WorkerCommand.Make, "its start", WorkerText.Of(task));
            var layout = WorkerText.LayoutOf(worker.Mailbox.Text, ActionSpace, ObservationSpace);
            return new IsolatedEnvironment(worker, layout, ActionSpace, Share(worker, layout.Bytes), Return);
        }
        catch
        {
            Discard(worker);
            throw;
        }
    }

    /// <inheritdoc/>
    public IFrameRenderer MakeRenderer(EnvTask task) => MakeRenderer(task, _ => { });

    /// <summary>Makes a renderer.</summary>
    /// <param name="task">The task whose videos it renders.</param>
    /// <param name="begins">Receives what ends the process, before the call that may not return.</param>
    public IFrameRenderer MakeRenderer(EnvTask task, Action<IKillable> begins)
    {
        var worker = Rent();
        try
        {
            begins(worker);
            worker.Open(_flags);
            worker.Call(WorkerCommand.MakeRenderer, "the start of a video", WorkerText.Of(task));
            var (width, height) = ((int)worker.Mailbox[0], (int)worker.Mailbox[1]);
            return new IsolatedRenderer(worker, width, height, Return);
        }
        catch
        {
            Discard(worker);
            throw;
        }
    }

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

    /// <summary>Takes a process back whose environment or renderer is closed, or which is lost.</summary>
    private void Return(WorkerProcess worker)
    {
        if (worker.IsLost || _disposed)
            Discard(worker);
        else
            _idle.Add(worker);
    }

    private void Discard(WorkerProcess worker)
    {
        lock (_all)
            _all.Remove(worker);
        worker.Dispose();
    }

    private (string? Device, IReadOnlyList<string> Notes) AskForDevice()
    {
        var worker = Rent();
        try
        {
            worker.Open(_flags);
            worker.Call(WorkerCommand.Device, "its first image");
            var json = JsonNode.Parse(worker.Mailbox.Text)!;
            return ((string?)json["device"], [.. json["notes"]!.AsArray().Select(note => (string)note!)]);
        }
        catch (LostEnvironmentException)
        {
            return (null, []);
        }
        finally
        {
            Return(worker);
        }
    }
}
