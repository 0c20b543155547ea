namespace EvalCore.Remote.Connections;

/// <summary>
/// The channels to a server. A session has the same one for its whole episode: one of its own where the number allows, else the
/// one with the fewest sessions. Thread-safe.
/// </summary>
/// <param name="most">The most channels; null for as many as there are sessions.</param>
/// <param name="mayShare">Whether several sessions may use one channel.</param>
internal sealed class ConnectionPool(int? most, bool mayShare) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<Channel> _channels = [];

    /// <summary>The number of channels.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _channels.Count;
        }
    }

    /// <summary>Whether a channel has a connection.</summary>
    public bool IsAnyOpen
    {
        get
        {
            lock (_lock)
                return _channels.Exists(channel => channel.IsOpen);
        }
    }

    /// <summary>Gives a session its channel.</summary>
    /// <exception cref="EvalCoreException">There are more sessions than channels, and they cannot share one.</exception>
    public Channel Rent()
    {
        lock (_lock)
        {
            var channel = _channels.MinBy(channel => channel.Users);
            if (channel is null || (channel.Users > 0 && (most is null || _channels.Count < most)))
            {
                channel = new Channel();
                _channels.Add(channel);
            }
            else if (channel.Users > 0 && !mayShare)
            {
                throw new EvalCoreException(
                    $"--policy.connections={most}: a connection of vla-eval's protocol plays one episode at a time, and more are in flight: leave it out, or give --eval.batch_size={most}");
            }

            channel.Users++;
            return channel;
        }
    }

    /// <summary>Takes a session's channel back.</summary>
    public void Return(Channel channel)
    {
        lock (_lock)
            channel.Users--;
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var channel in _channels)
                channel.Dispose();
            _channels.Clear();
        }
    }
}
