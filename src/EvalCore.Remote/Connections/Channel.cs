namespace EvalCore.Remote.Connections;

/// <summary>A place for one connection to the server; a lost one is replaced. Sessions that share it take turns.</summary>
internal sealed class Channel : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private PolicyConnection? _connection;

    /// <summary>The number of sessions that use it; guarded by the pool.</summary>
    public int Users { get; set; }

    /// <summary>Whether it has a connection that is not lost; any thread may ask.</summary>
    public bool IsOpen => _connection is { IsOpen: true };

    /// <summary>Waits for the turn of a session.</summary>
    public Task Enter(CancellationToken cancellation) => _turn.WaitAsync(cancellation);

    /// <summary>Ends the turn.</summary>
    public void Leave() => _turn.Release();

    /// <summary>The connection of the session whose turn it is; null where there is none, or where it is lost.</summary>
    public PolicyConnection? Connection
    {
        get
        {
            if (_connection is { IsOpen: false } lost)
            {
                lost.Dispose();
                _connection = null;
            }

            return _connection;
        }
        set => _connection = value;
    }

    public void Dispose()
    {
        _connection?.Dispose();
        _turn.Dispose();
    }
}
