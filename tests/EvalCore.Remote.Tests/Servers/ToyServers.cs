using EvalCore.Results;

namespace EvalCore.Remote.Tests.Servers;

/// <summary>A toy server of each protocol, and the run that it gives undisturbed.</summary>
public sealed class ToyServers : IDisposable
{
    private readonly Dictionary<string, (PythonServer Server, EvalInfo Undisturbed)> _servers = [];

    /// <summary>The arguments of the server. openpi's counts the answers on a connection, which a run does not decide.</summary>
    internal static string[] Arguments(string protocol) => ["--action-dim", "1", "--protocol", protocol, .. protocol == "openpi" ? ["--stateless"] : Array.Empty<string>()];

    /// <summary>The server of a protocol, and a run with it.</summary>
    internal async Task<(PythonServer Server, EvalInfo Undisturbed)> Of(string protocol)
    {
        if (_servers.TryGetValue(protocol, out var known))
            return known;
        var server = PythonServer.Toy(Arguments(protocol));
        return _servers[protocol] = (server, await WalkRuns.Play(server.Address, protocol));
    }

    public void Dispose()
    {
        foreach (var (server, _) in _servers.Values)
            server.Dispose();
    }
}
