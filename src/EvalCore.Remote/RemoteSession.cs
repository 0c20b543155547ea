using EvalCore.Environments;
using EvalCore.Policies;
using EvalCore.Remote.Connections;
using EvalCore.Remote.Wire;

namespace EvalCore.Remote;

/// <summary>An episode of a policy behind a server: its channel, its request and the rest of the last answer.</summary>
internal sealed class RemoteSession : IPolicySession
{
    private readonly RemotePolicy _policy;
    private readonly EpisodeRequest _request;
    private Channel? _channel;
    private PolicyConnection? _connection;
    private ActionChunk? _chunk;
    private int _next;

    public RemoteSession(RemotePolicy policy, EpisodeSpec episode)
    {
        _policy = policy;
        _request = new EpisodeRequest(episode, policy.IsOpenpi ? ArrayKeys.Binary : ArrayKeys.Text);
    }

    public bool NeedsObservation => NeedsInference;

    public bool NeedsInference => _chunk is null || _next == _chunk.Count;

    public void Observe(Observation observation)
    {
        if (_policy.IsOpenpi)
            _request.Message.Clear();
        else
            VlaEvalConnection.WriteBeginning(_request.Message, "observation");
        _policy.Mapping.Write(_request.Message, observation, _request.Episode.Task);
    }

    public void Act(Span<double> action)
    {
        CheckConnection();
        _chunk!.CopyTo(_next++, action);
    }

    /// <summary>Sends the observation and takes the answer.</summary>
    public async Task Ask(CancellationToken cancellation)
    {
        _channel ??= _policy.Rent();
        await _channel.Enter(cancellation).ConfigureAwait(false);
        try
        {
            // What the server knows of the episode was in the connection.
            if (_connection is not null && _channel.Connection != _connection)
                throw Lost("the connection was lost between two requests");
            var connection = await _policy.Connect(_channel, cancellation).ConfigureAwait(false);
            _connection = connection;
            (_chunk, _next) = (await Answer(connection, cancellation).ConfigureAwait(false), 0);
        }
        finally
        {
            _channel.Leave();
        }
    }

    public void End(bool success, int steps)
    {
        CheckConnection();
        if (_connection is not { IsOpen: true } connection)
            return;
        try
        {
            using var patience = new CancellationTokenSource(_policy.Patience, _policy.Time);
            connection.EndEpisode(_request, success, steps, patience.Token).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is LostConnectionException or OperationCanceledException or ServerErrorException or ConnectException)
        {
            // The episode is over all the same.
        }
    }

    public void Dispose()
    {
        if (_channel is { } channel)
            _policy.Return(channel);
        _channel = null;
    }

    private async Task<ActionChunk> Answer(PolicyConnection connection, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(_policy.PatienceFor(connection), _policy.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            var answer = await connection.Ask(_request, both.Token).ConfigureAwait(false);
            return ActionChunk.Of(answer, _policy);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw _policy.TimedOut(connection);
        }
        catch (LostConnectionException e)
        {
            throw Lost(e.Message, e);
        }
        catch (ConnectException e)
        {
            throw new EvalCoreException($"{_policy.Address}: {e.Message}", e);
        }
        catch (ServerErrorException e)
        {
            throw _policy.Reported(_request.Episode, e);
        }
    }

    /// <summary>Gives the episode up when one of its answers may have been that of another request.</summary>
    private void CheckConnection()
    {
        if (_connection is { IsSuspect: true })
            throw Lost("the server sent an answer that nothing had asked for");
    }

    private LostConnectionException Lost(string what, Exception? cause = null) =>
        cause is null ? new($"{_policy.Address}: {what}") : new($"{_policy.Address}: {what}", cause);
}
