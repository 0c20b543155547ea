using EvalCore.Environments;
using MuJoCo;

namespace Benchmarks.MuJoCo;

/// <summary>
/// The compiled models of a run's tasks. A task's model is compiled when it is first asked for, once, and freed when the
/// task is released and its last user is gone. Thread-safe: two threads that ask for one model at the same time get one
/// model; models of different tasks are compiled at the same time.
/// </summary>
/// <param name="compile">Compiles the model of a task; called by any thread.</param>
/// <param name="prepareVideoModel">
/// Changes the copy of a task's model that renders its videos, for example its shadow map; null where videos are rendered
/// with the model itself.
/// </param>
public sealed class ModelCache(Func<EnvTask, MjModel> compile, Action<MjModel>? prepareVideoModel = null) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<EnvTask, Entry> _entries = [];
    private int _compilations;
    private int _loaded;
    private bool _disposed;

    /// <summary>How often a model was compiled so far.</summary>
    public int Compilations => Volatile.Read(ref _compilations);

    /// <summary>How many models are in memory, those of videos included.</summary>
    public int Loaded => Volatile.Read(ref _loaded);

    /// <summary>
    /// The model of a task, shared: it must not be changed. An environment that edits its model takes a copy
    /// (<see cref="MjModel.CopySharingAssets"/>) and disposes of the lease.
    /// </summary>
    /// <exception cref="EvalCore.EvalCoreException">The model cannot be compiled.</exception>
    public ModelLease Rent(EnvTask task) => Rent(task, entry => entry.Model ??= Compile(task));

    /// <summary>The model that renders a task's videos, shared by all renderers of the task: it must not be changed.</summary>
    /// <exception cref="EvalCore.EvalCoreException">The model cannot be compiled.</exception>
    public ModelLease RentForVideo(EnvTask task) => Rent(task, entry => entry.VideoModel ??= MakeVideoModel(entry, task));

    /// <summary>
    /// Says that no further episode of a task will start: its models are freed when the last lease is disposed. If another
    /// episode starts all the same, the model is compiled again.
    /// </summary>
    public void Release(EnvTask task)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(task, out var entry))
                Release(task, entry);
        }

        FreedMemory.Return();
    }

    /// <summary>Releases all tasks. Leases that are still held keep their models until they are disposed.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            foreach (var (task, entry) in _entries.ToList())
                Release(task, entry);
        }
    }

    private ModelLease Rent(EnvTask task, Func<Entry, MjModel> modelOf)
    {
        Entry? entry;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_entries.TryGetValue(task, out entry))
                _entries[task] = entry = new Entry();
            entry.Users++;
        }

        try
        {
            lock (entry.Compiling)
                return new ModelLease(modelOf(entry), () => Return(task, entry));
        }
        catch
        {
            Return(task, entry);
            throw;
        }
    }

    private MjModel Compile(EnvTask task)
    {
        Interlocked.Increment(ref _compilations);
        var model = compile(task);
        Interlocked.Increment(ref _loaded);
        return model;
    }

    private MjModel MakeVideoModel(Entry entry, EnvTask task)
    {
        entry.Model ??= Compile(task);
        if (prepareVideoModel is null)
            return entry.Model;
        var model = entry.Model.CopySharingAssets();
        try
        {
            prepareVideoModel(model);
        }
        catch
        {
            model.Dispose();
            throw;
        }

        Interlocked.Increment(ref _loaded);
        return model;
    }

    private void Return(EnvTask task, Entry entry)
    {
        bool isLast;
        lock (_lock)
        {
            entry.Users--;
            isLast = entry.IsReleased && entry.Users == 0;
            if (isLast)
                Free(entry);
        }

        if (isLast)
            FreedMemory.Return();
    }

    private void Release(EnvTask task, Entry entry)
    {
        // The next call of Rent makes a new entry.
        _entries.Remove(task);
        entry.IsReleased = true;
        if (entry.Users == 0)
            Free(entry);
    }

    private void Free(Entry entry)
    {
        Free(entry.Model);
        if (entry.VideoModel != entry.Model)
            Free(entry.VideoModel);
    }

    private void Free(MjModel? model)
    {
        if (model is null)
            return;
        model.Dispose();
        Interlocked.Decrement(ref _loaded);
    }

    private sealed class Entry
    {
        public Lock Compiling { get; } = new();

        public MjModel? Model { get; set; }

        public MjModel? VideoModel { get; set; }

        public int Users { get; set; }

        public bool IsReleased { get; set; }
    }
}
