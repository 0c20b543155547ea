using System.Globalization;
using EvalCore.Environments;
using EvalCore.Policies;
using EvalCore.Remote.Connections;
using EvalCore.Remote.Requests;
using EvalCore.Remote.Wire;

namespace EvalCore.Remote;

/// <summary>A policy behind a server. It keeps the connections; each episode's state is in its session.</summary>
internal sealed class RemotePolicy : IPolicy
{
    private const string Libero = "libero";
    private const string ErrorsFile = "policy_server_errors.txt";

    private readonly RemoteConfig _config;
    private readonly PolicyContext _context;
    private readonly TimeProvider _time;
    private readonly Connector _connector;
    private readonly ConnectionPool _pool;
    private readonly ServerProcess? _server;
    private readonly string _helloSha256;
    private readonly Lock _errors = new();
    private PolicyConnection? _first;

    private RemotePolicy(RemoteConfig config, PolicyContext context, Connector connector, ServerProcess? server, PolicyConnection first, TimeProvider time)
    {
        (_config, _context, _connector, _server, _first, _time) = (config, context, connector, server, first, time);
        (Hello, _helloSha256) = (first.Hello, first.HelloSha256);
        IsOpenpi = config.Protocol == RemoteConfig.Openpi;
        Mapping = RequestMapping.Of(config, context, Hello["observation_params"] as MessagePackMap ?? new MessagePackMap());
        Dimension = context.ActionSpace?.Dimension;
        NActionSteps = config.NActionSteps ?? (IsOpenpi && context.Suite == Libero ? 5 : null);
        BinarizesGripper = !IsOpenpi && context.Suite == Libero;
        _pool = new ConnectionPool(config.Connections, mayShare: IsOpenpi);
        Provenance = Facts();
        Conventions.Check(this, context);
    }

    /// <inheritdoc/>
    public string Type => RemotePolicies.Remote;

    /// <inheritdoc/>
    public IReadOnlyList<string> ObservationKeys => Mapping.ObservationKeys;

    /// <inheritdoc/>
    public PolicyBatching Batching => PolicyBatching.PerSession;

    /// <inheritdoc/>
    public bool LimitsItsWaits => true;

    /// <inheritdoc/>
    public int EpisodeAttempts => _config.EpisodeAttempts;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Provenance { get; }

    /// <summary>Whether the protocol is openpi's; else it is vla-eval's.</summary>
    public bool IsOpenpi { get; }

    /// <summary>What the server states about itself.</summary>
    public MessagePackMap Hello { get; }

    /// <summary>What is sent of an observation.</summary>
    public RequestMapping Mapping { get; }

    /// <summary>The action dimension; null where it is not known.</summary>
    public int? Dimension { get; }

    /// <summary>How many actions of an answer are played; null for all.</summary>
    public int? NActionSteps { get; }

    /// <summary>Whether an action's last number becomes -1 where it is below 0, else 1, as vla-eval does for LIBERO.</summary>
    public bool BinarizesGripper { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Time => _time;

    /// <summary>The server's address, for messages.</summary>
    public string Address => _connector.Shown;

    /// <summary>The number of channels in use so far.</summary>
    internal int Channels => _pool.Count;

    /// <summary>Starts the server where a command is given, connects, and compares conventions.</summary>
    /// <exception cref="EvalCoreException">There is no server, or it does not fit the suite.</exception>
    public static RemotePolicy Make(RemoteConfig config, PolicyContext context, TimeProvider time)
    {
        var connector = new Connector(config.Address(), config.Protocol, config.EffectiveApiKey, TimeSpan.FromSeconds(config.ConnectTimeout), time);
        ServerProcess? server = null;
        PolicyConnection? first = null;
        RemotePolicy? policy = null;
        try
        {
            if (config.ServeCommand is { } command)
            {
                if (connector.IsListening(CancellationToken.None).GetAwaiter().GetResult())
                {
                    throw new EvalCoreException(
                        $"--policy.serve_command: something listens at {connector.Shown} already: stop it, give the server another port, or leave --policy.serve_command out to use it");
                }

                server = ServerProcess.Start(command);
            }

            first = Greet(connector, server, config);
            policy = new RemotePolicy(config, context, connector, server, first, time);
            return policy;
        }
        finally
        {
            if (policy is null)
            {
                first?.Dispose();
                server?.Dispose();
                connector.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public IPolicySession NewSession(EpisodeSpec episode) => new RemoteSession(this, episode);

    /// <inheritdoc/>
    public void Infer(IReadOnlyList<IPolicySession> sessions, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(sessions);
        foreach (var session in sessions)
            ((RemoteSession)session).Ask(cancellation).GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _first?.Dispose();
        _pool.Dispose();
        _connector.Dispose();
        _server?.Dispose();
    }

    /// <summary>Gives a session its channel.</summary>
    public Channel Rent() => _pool.Rent();

    /// <summary>Takes a session's channel back.</summary>
    public void Return(Channel channel) => _pool.Return(channel);

    /// <summary>The connection of a channel whose turn a session has; a lost one is made again.</summary>
    /// <exception cref="EvalCoreException">There is no connection for as long as it is tried, or another policy is there.</exception>
    public async Task<PolicyConnection> Connect(Channel channel, CancellationToken cancellation)
    {
        if (channel.Connection is { } connection)
            return connection;
        if (Interlocked.Exchange(ref _first, null) is { } first)
        {
            if (first.IsOpen)
                return channel.Connection = first;
            first.Dispose();
        }

        try
        {
            channel.Connection = connection = await _connector.Open(TimeSpan.FromSeconds(_config.ReconnectTimeout), check: CheckServer, cancellation).ConfigureAwait(false);
        }
        catch (ConnectException e)
        {
            string others = _pool.IsAnyOpen ? "; another connection is open: if the server serves one client at a time, give --policy.connections=1" : "";
            throw new EvalCoreException(
                e.IsTransient
                    ? string.Create(CultureInfo.InvariantCulture, $"{Address}: {e.Message}; it was tried for {_config.ReconnectTimeout:0.###} s (--policy.reconnect_timeout){others}")
                    : $"{Address}: {e.Message}",
                e);
        }

        if (connection.HelloSha256 != _helloSha256)
        {
            throw new EvalCoreException(
                $"{Address}: the server states other metadata than when the run began, so it may serve another policy: start the one of before again");
        }

        return connection;
    }

    /// <summary>How long an answer may take on a connection.</summary>
    public TimeSpan PatienceFor(PolicyConnection connection) =>
        TimeSpan.FromSeconds(connection.Answers == 0 ? Math.Max(_config.FirstAnswerTimeout, _config.AnswerTimeout) : _config.AnswerTimeout);

    /// <summary>How long a message to the server may take that it does not answer.</summary>
    public TimeSpan Patience => TimeSpan.FromSeconds(_config.ConnectTimeout);

    /// <summary>The exception for a time-out.</summary>
    public EvalCoreException TimedOut(PolicyConnection connection) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"{Address}: the policy server did not answer within {PatienceFor(connection).TotalSeconds:0.###} s: give more time with --policy.{(connection.Answers == 0 ? "first_answer_timeout" : "answer_timeout")}, or look at the server"));

    /// <summary>The exception for an error that the server reports; the whole report is written to the output folder.</summary>
    public EvalCoreException Reported(EpisodeSpec episode, ServerErrorException e)
    {
        string where = "";
        if (_context.OutputDir is { } folder)
        {
            string file = System.IO.Path.Combine(folder, ErrorsFile);
            try
            {
                lock (_errors)
                    File.AppendAllText(file, $"{episode}\n{e.Details.TrimEnd()}\n\n");
                where = $" (its whole report: {file})";
            }
            catch (Exception error) when (EvalCoreException.IsFileError(error))
            {
                // The line has the most important part.
            }
        }

        return new EvalCoreException($"{Address}: the policy server reports an error: {e.Message}{where}", e);
    }

    /// <summary>Gives the user a note.</summary>
    public void Warn(string note) => _context.Warn(note);

    private static PolicyConnection Greet(Connector connector, ServerProcess? server, RemoteConfig config)
    {
        try
        {
            var patience = server is null ? TimeSpan.Zero : TimeSpan.FromSeconds(config.ServeTimeout);
            return connector.Open(patience, () => CheckStarting(server), CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (ConnectException e) when (server is not null)
        {
            throw new EvalCoreException(
                e.IsTransient
                    ? string.Create(CultureInfo.InvariantCulture, $"--policy.serve_command: the server did not answer at {connector.Shown} within {config.ServeTimeout:0.###} s (--policy.serve_timeout); {server.Outcome}")
                    : $"--policy.path={connector.Shown}: {e.Message}; {server.Outcome}",
                e);
        }
        catch (ConnectException e)
        {
            throw new EvalCoreException($"--policy.path={connector.Shown}: {e.Message}", e);
        }
    }

    private static void CheckStarting(ServerProcess? server)
    {
        if (server is { IsRunning: false })
            throw new EvalCoreException($"--policy.serve_command: the server did not start: {server.Outcome}");
    }

    private void CheckServer()
    {
        if (_server is { IsRunning: false })
            throw new EvalCoreException($"--policy.serve_command: the server is gone: {_server.Outcome}");
    }

    private Dictionary<string, string> Facts()
    {
        var facts = new Dictionary<string, string>
        {
            ["address"] = Address,
            ["protocol"] = _config.Protocol,
            ["metadata_sha256"] = _helloSha256,
            ["request"] = Mapping.Content,
            ["n_action_steps"] = NActionSteps?.ToString(CultureInfo.InvariantCulture) ?? "all",
        };
        foreach (string key in (string[])["model_server", "harness_version", "protocol_version", "policy", "version", "model", "checkpoint", "config_name"])
        {
            if (Hello[key] is string or long)
                facts[$"server_{key}"] = Convert.ToString(Hello[key], CultureInfo.InvariantCulture)!;
        }

        return facts;
    }
}
