using EvalCore.Files;
using EvalCore.Results;

namespace EvalCore.Tests.Faults;

/// <summary>
/// A disk on which a fault happens at one operation. After a kill no operation has an effect, as of a process that is no longer there.
/// After a power failure, what was written to any file and not flushed is zero, too.
/// </summary>
internal sealed class FaultyDisk(Fault? fault) : Disk
{
    private readonly Lock _lock = new();
    private readonly List<(string Name, int? Length)> _operations = [];
    private readonly Dictionary<string, long> _flushed = [];
    private readonly List<FaultyFile> _open = [];
    private bool _isFull;

    /// <summary>The operations so far, with the length of each write.</summary>
    public IReadOnlyList<(string Name, int? Length)> Operations => _operations;

    /// <summary>Whether the process was killed.</summary>
    public bool IsDead { get; private set; }

    /// <summary>The length of the journal that was on disk when its writer last asked for that.</summary>
    public long JournalOnDisk { get; private set; }

    public override FileStream Open(string path, FileMode mode, FileShare share)
    {
        Begin($"open {Path.GetFileName(path)}");
        var file = new FaultyFile(this, path, mode, share);
        lock (_lock)
        {
            // The file of a lock has a random length.
            if (Path.GetExtension(path) != ".lock")
                _flushed[path] = file.Length;
            _open.Add(file);
        }

        return file;
    }

    public override void Move(string from, string to)
    {
        Begin($"move {Path.GetFileName(from)}");
        base.Move(from, to);
        lock (_lock)
        {
            if (_flushed.Remove(from, out long flushed))
                _flushed[to] = flushed;
        }
    }

    public override void Delete(string path)
    {
        if (Begin($"delete {Path.GetFileName(path)}", canDie: true, needsSpace: false))
            base.Delete(path);
    }

    public override void Flush(string folder) => Begin("flush the folder", needsSpace: false);

    /// <summary>Counts an operation.</summary>
    /// <returns>Whether it is done.</returns>
    private bool Begin(string name, bool canDie = false, bool needsSpace = true)
    {
        lock (_lock)
        {
            if (IsDead)
                return canDie ? false : throw Killed();
            if (!Count(name, null))
                return !needsSpace || !_isFull ? true : throw Full(name);

            // Two episodes may write in another order than in the undisturbed run: a power failure can be at an operation without bytes.
            if (fault!.Kind is FaultKind.Kill or FaultKind.PowerFailure)
            {
                IsDead = true;
                return canDie ? false : throw Killed();
            }

            _isFull = fault.Kind == FaultKind.FullDisk;
            throw Full(name);
        }
    }

    /// <summary>Loses what is not on disk of the files that were written.</summary>
    private void FailPower()
    {
        foreach (var (path, flushed) in _flushed)
        {
            if (!File.Exists(path) || new FileInfo(path).Length is var length && length <= flushed)
                continue;

            // An open file is locked for others.
            if (_open.Find(file => file.Name == path && file.CanWrite) is { } open)
            {
                open.Lose(flushed, length);
                continue;
            }

            using var closed = new FileStream(path, FileMode.Open);
            closed.SetLength(flushed);
            closed.SetLength(length);
        }
    }

    private bool Count(string name, int? length)
    {
        _operations.Add((name, length));
        return fault is not null && _operations.Count - 1 == fault.Operation;
    }

    /// <summary>Not one of the exceptions that are handled as a failed file operation.</summary>
    private static EvalCoreException Killed() => new("killed");

    private static IOException Full(string operation) => new($"No space left on device : '{operation}'");

    private sealed class FaultyFile(FaultyDisk disk, string path, FileMode mode, FileShare share) : FileStream(path, mode, FileAccess.Write, share, bufferSize: 0)
    {
        private readonly string _name = System.IO.Path.GetFileName(path);

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            byte[] bytes = buffer.ToArray();
            lock (disk._lock)
            {
                if (disk.IsDead)
                    throw Killed();
                if (!disk.Count($"write {_name}", bytes.Length))
                {
                    base.Write(bytes, 0, disk._isFull ? 0 : bytes.Length);
                    if (disk._isFull)
                        throw Full(_name);
                    return;
                }

                var fault = disk.Fault!;
                if (fault.Kind == FaultKind.PowerFailure)
                {
                    disk.FailPower();
                    bytes.AsSpan(0, fault.CountIn(bytes.Length)).Clear();
                    base.Write(bytes, 0, bytes.Length);
                }
                else
                {
                    base.Write(bytes, 0, fault.CountIn(bytes.Length));
                }

                disk._isFull = fault.Kind == FaultKind.FullDisk;
                disk.IsDead = fault.Kind is FaultKind.Kill or FaultKind.PowerFailure;
                throw disk.IsDead ? Killed() : Full(_name);
            }
        }

        /// <summary>Loses what is not on disk.</summary>
        public void Lose(long flushed, long length)
        {
            base.SetLength(flushed);
            base.SetLength(length);
        }

        public override void SetLength(long value)
        {
            disk.Begin($"cut {_name}", needsSpace: false);
            base.SetLength(value);
        }

        public override void Flush(bool flushToDisk)
        {
            if (!flushToDisk)
                return;
            disk.Begin($"flush {_name}");
            lock (disk._lock)
                disk._flushed[Name] = Length;
            if (_name == Journal.FileName)
                disk.JournalOnDisk = Length;
        }
    }

    private Fault? Fault => fault;
}
