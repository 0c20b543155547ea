using DuckDB.NET.Data;
using DuckDB.NET.Native;
using EvalCore.Queries;

namespace EvalCore.Records;

/// <summary>A result of DuckDB. It owns the connection.</summary>
internal sealed class DuckDbResult : IQueryResult
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly DuckDBConnection _connection;
    private readonly string _sql;
    private readonly CancellationToken _cancellation;
    private readonly Timer _interrupts;
    private readonly CancellationTokenRegistration _interrupt;
    private readonly Lock _lock = new();
    private bool _disposed;
    private readonly DuckDBCommand _command;
    private readonly DuckDBDataReader _reader;

    public DuckDbResult(DuckDBConnection connection, string sql, CancellationToken cancellation)
    {
        (_connection, _sql, _cancellation) = (connection, sql, cancellation);
        _command = connection.CreateCommand();
        _command.CommandText = sql;

        // An interrupt concerns what runs just then: one that comes before the query begins would be lost, so it is repeated.
        _interrupts = new Timer(_ => Interrupt());
        _interrupt = cancellation.Register(() => _interrupts.Change(TimeSpan.Zero, Pause));
        try
        {
            cancellation.ThrowIfCancellationRequested();
            _reader = Try(_command.ExecuteReader);
        }
        catch
        {
            EndInterrupts();
            _command.Dispose();
            throw;
        }

        Columns = [.. Enumerable.Range(0, _reader.FieldCount).Select(_reader.GetName)];
    }

    public IReadOnlyList<string> Columns { get; }

    public object?[]? Next() => Try(() =>
    {
        _cancellation.ThrowIfCancellationRequested();
        return _reader.Read() ? Enumerable.Range(0, Columns.Count).Select(i => _reader.IsDBNull(i) ? null : _reader.GetValue(i)).ToArray() : null;
    });

    public void Dispose()
    {
        EndInterrupts();
        _reader.Dispose();
        _command.Dispose();
        _connection.Dispose();
    }

    private void Interrupt()
    {
        lock (_lock)
        {
            if (!_disposed)
                NativeMethods.Startup.DuckDBInterrupt(_connection.NativeConnection);
        }
    }

    private void EndInterrupts()
    {
        _interrupt.Dispose();
        lock (_lock)
            _disposed = true;
        _interrupts.Dispose();
    }

    private T Try<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (DuckDBException e)
        {
            _cancellation.ThrowIfCancellationRequested();
            throw new EvalCoreException($"query: {SqlError.Describe(e.Message, _sql, 0)}", e);
        }
        catch (Exception e) when (e is OverflowException or InvalidCastException or NotImplementedException or NotSupportedException)
        {
            throw new EvalCoreException("query: a value has a type that cannot be shown; cast it, for example ::varchar", e);
        }
    }
}
