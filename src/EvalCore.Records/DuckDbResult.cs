using DuckDB.NET.Data;
using DuckDB.NET.Native;
using EvalCore.Queries;

namespace EvalCore.Records;

/// <summary>A result of DuckDB. It owns the connection.</summary>
internal sealed class DuckDbResult : IQueryResult
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly DuckDBConnection _connection;
    private readonly ShownColumns? _shown;
    private readonly Func<string, string> _describe;
    private readonly CancellationToken _cancellation;
    private readonly Timer _interrupts;
    private readonly CancellationTokenRegistration _interrupt;
    private readonly Lock _lock = new();
    private bool _disposed;
    private readonly DuckDBCommand _command;
    private readonly DuckDBDataReader _reader;
    private readonly Func<int, object>[] _read;

    /// <summary>Runs a query.</summary>
    /// <param name="connection">The connection; the result closes it.</param>
    /// <param name="sql">What is run.</param>
    /// <param name="shown">The columns of it that are cast to text; null where none is.</param>
    /// <param name="describe">Makes a line of DuckDB's message.</param>
    /// <param name="cancellation">Interrupts the query.</param>
    public DuckDbResult(DuckDBConnection connection, string sql, ShownColumns? shown, Func<string, string> describe, CancellationToken cancellation)
    {
        (_connection, _shown, _describe, _cancellation) = (connection, shown, describe, cancellation);
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

        Columns = shown?.Names ?? [.. Enumerable.Range(0, _reader.FieldCount).Select(_reader.GetName)];
        _read = [.. Enumerable.Range(0, _reader.FieldCount).Select(ReaderOf)];
    }

    public IReadOnlyList<string> Columns { get; }

    public object?[]? Next() => Try(() =>
    {
        _cancellation.ThrowIfCancellationRequested();
        return _reader.Read() ? Enumerable.Range(0, _read.Length).Select(Value).ToArray() : null;
    });

    public void Dispose()
    {
        EndInterrupts();
        _reader.Dispose();
        _command.Dispose();
        _connection.Dispose();
    }

    private object? Value(int column)
    {
        try
        {
            return _reader.IsDBNull(column) ? null : _read[column](column);
        }
        catch (Exception e) when (IsOfType(e))
        {
            throw new EvalCoreException($"query: a value of the column '{EvalCoreException.Printable(Columns[column])}' cannot be shown; cast it, for example ::varchar", e);
        }
    }

    /// <summary>How the values of a column are read. DuckDB.NET reads a list into one that has no place for null, unless another is named.</summary>
    private Func<int, object> ReaderOf(int column)
    {
        if (_shown?.AreDecimals[column] == true)
            return i => ShownColumns.Number(_reader.GetString(i));
        var type = _reader.GetFieldType(column);
        var withNull = WithNull(type);
        return withNull == type ? _reader.GetValue : typeof(DuckDBDataReader).GetMethod(nameof(DuckDBDataReader.GetFieldValue))!.MakeGenericMethod(withNull).CreateDelegate<Func<int, object>>(_reader);

        static Type WithNull(Type type) => ElementOf(type) is not { } element ? type
            : typeof(List<>).MakeGenericType(element.IsValueType && Nullable.GetUnderlyingType(element) is null ? typeof(Nullable<>).MakeGenericType(element) : WithNull(element));

        static Type? ElementOf(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>) ? type.GetGenericArguments()[0] : null;
    }

    /// <summary>Whether DuckDB.NET has no value of .NET for one of DuckDB.</summary>
    private static bool IsOfType(Exception e) =>
        e is (OverflowException or InvalidCastException or NotImplementedException or NotSupportedException or ArgumentException or InvalidOperationException) and not ObjectDisposedException;

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
            throw new EvalCoreException($"query: {_describe(e.Message)}", e);
        }
        catch (Exception e) when (IsOfType(e))
        {
            throw new EvalCoreException("query: a value has a type that cannot be shown; cast it, for example ::varchar", e);
        }
    }
}
