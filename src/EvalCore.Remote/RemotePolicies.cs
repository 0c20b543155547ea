using EvalCore.Policies;

namespace EvalCore.Remote;

/// <summary>Policies behind a server: <c>--policy.path=ws://HOST:PORT</c>, in the protocols of openpi and vla-eval.</summary>
public sealed class RemotePolicies : IPolicySource
{
    /// <summary>The policy type.</summary>
    public const string Remote = "remote";

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Types { get; } = new Dictionary<string, string>
    {
        [Remote] = "a policy behind a server (openpi, vla-eval): --policy.path=ws://HOST:PORT",
    };

    /// <inheritdoc/>
    public PolicyConfig NewConfig(string type) => new RemoteConfig();

    /// <summary>The flags for the server at an address that begins with <c>ws://</c> or <c>wss://</c>; null for anything else.</summary>
    public PolicyConfig? Recognize(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return RemoteConfig.HasScheme(path) ? new RemoteConfig { Path = path } : null;
    }

    /// <inheritdoc/>
    public string? Explain(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        foreach (string scheme in new[] { "http://", "https://" })
        {
            if (path.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
                return $"--policy.path: '{path}' is no address of a policy server: give {(scheme == "http://" ? "ws" : "wss")}://{path[scheme.Length..]}";
        }

        return null;
    }
}
