using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using EvalCore.Options;
using EvalCore.Policies;

namespace EvalCore.Remote;

/// <summary>The flags of a policy behind a server. Its address is <see cref="PolicyConfig.Path"/>.</summary>
public sealed class RemoteConfig : PolicyConfig
{
    /// <summary>openpi's protocol.</summary>
    public const string Openpi = "openpi";

    /// <summary>vla-eval's protocol.</summary>
    public const string VlaEval = "vla-eval";

    /// <summary>The environment variable with the server's key.</summary>
    public const string ApiKeyVariable = "EVALCORE_POLICY_API_KEY";

    internal const string ChannelsLast = "hwc";
    internal const string ChannelsFirst = "chw";

    private const double LongestWait = 24 * 3600;

    /// <inheritdoc/>
    public override string Type => RemotePolicies.Remote;

    /// <summary>The protocol that the server speaks.</summary>
    [Description("the protocol that the server speaks")]
    [AllowedValues(Openpi, VlaEval)]
    public string Protocol { get; set; } = Openpi;

    /// <summary>
    /// The request's keys and what is sent under each: a field of the observation, or <c>task</c> for the instruction. A key
    /// <c>images[top]</c> is the entry <c>top</c> of the map <c>images</c>. Null for the usual keys of the suite.
    /// </summary>
    [Description("the request's keys and the observation under each, as JSON: {\"observation/image\": \"observation.image\", \"prompt\": \"task\"}; by default LIBERO's usual keys, elsewhere the observation's names")]
    public IReadOnlyDictionary<string, string>? RequestKeys { get; set; }

    /// <summary>
    /// Rows and columns of the images in the request, resized as openpi does, with black borders; 0 for the size that the suite
    /// renders. Null for 224 in LIBERO with openpi's protocol, and else for the suite's size.
    /// </summary>
    [Description("rows and columns of the images in the request, resized as openpi does; 0 for the size that the suite renders; by default 224 for LIBERO with openpi's protocol")]
    [Range(0, 4096)]
    public int? ImageSize { get; set; }

    /// <summary>The order of an image's dimensions.</summary>
    [Description("the order of an image's dimensions: hwc has the colours last, chw first")]
    [AllowedValues(ChannelsLast, ChannelsFirst)]
    public string ImageLayout { get; set; } = ChannelsLast;

    /// <summary>
    /// How many actions of an answer are played before the next request; null for 5 in LIBERO with openpi's protocol, as openpi's
    /// client does, and else for all.
    /// </summary>
    [Description("how many actions of an answer are played before the next request; by default 5 for LIBERO with openpi's protocol, else all")]
    [Range(1, int.MaxValue)]
    public int? NActionSteps { get; set; }

    /// <summary>
    /// The most connections to the server; null for one per episode in flight. With openpi's protocol episodes can share one.
    /// </summary>
    [Description("the most connections to the server; by default one per episode in flight")]
    [Range(1, 1024)]
    public int? Connections { get; set; }

    /// <summary>The most seconds that a connection may take to be made.</summary>
    [Description("the most seconds that a connection may take")]
    [Range(0.001, LongestWait)]
    public double ConnectTimeout { get; set; } = 30;

    /// <summary>The most seconds that an answer may take.</summary>
    [Description("the most seconds that an answer may take")]
    [Range(0.001, LongestWait)]
    public double AnswerTimeout { get; set; } = 120;

    /// <summary>The most seconds that the first answer on a connection may take: a server may compile its network then.</summary>
    [Description("the most seconds that the first answer on a connection may take, for which a server may compile its network")]
    [Range(0.001, LongestWait)]
    public double FirstAnswerTimeout { get; set; } = 900;

    /// <summary>How long, in seconds, a lost connection is tried again before the run ends.</summary>
    [Description("how many seconds a lost connection is tried again before the run ends")]
    [Range(0, LongestWait)]
    public double ReconnectTimeout { get; set; } = 300;

    /// <summary>How often an episode is begun, when the connection is lost in it, before the run ends.</summary>
    [Description("how often an episode is begun, when the connection is lost in it, before the run ends")]
    [Range(1, 1000)]
    public int EpisodeAttempts { get; set; } = 5;

    /// <summary>The key that the server wants, <c>Authorization: Api-Key KEY</c>; null for the environment variable's.</summary>
    [Secret]
    [Placeholder("KEY")]
    [Description($"the key that the server wants; better in the environment variable {ApiKeyVariable}, which other users of the machine cannot see")]
    public string? ApiKey { get; set; }

    /// <summary>A command that starts the server; it is stopped when the run ends. Null where the server runs already.</summary>
    [StartsProgram]
    [Placeholder("COMMAND")]
    [Description("a command that starts the server; the server is stopped when the run ends")]
    public string? ServeCommand { get; set; }

    /// <summary>The most seconds that the server of <see cref="ServeCommand"/> may take until it answers.</summary>
    [Description("the most seconds that the server of --policy.serve_command may take until it answers")]
    [Range(0.001, LongestWait)]
    public double ServeTimeout { get; set; } = 600;

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        _ = Address();
        if (ServeCommand is { } command && string.IsNullOrWhiteSpace(command))
            throw new EvalCoreException("--policy.serve_command is empty: give the command that starts the server, or leave it out");
        if (EffectiveApiKey is { } key && key.Any(letter => char.IsControl(letter) || letter > '~'))
            throw new EvalCoreException($"{(ApiKey is null ? ApiKeyVariable : "--policy.api_key")}: the key has a character that is not possible, for example a line break");
    }

    /// <inheritdoc/>
    public override IPolicy Make(PolicyContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        Validate();
        return RemotePolicy.Make(this, context, TimeProvider.System);
    }

    /// <summary>Whether a path is the address of a server.</summary>
    internal static bool HasScheme(string path) =>
        path.StartsWith("ws://", StringComparison.OrdinalIgnoreCase) || path.StartsWith("wss://", StringComparison.OrdinalIgnoreCase);

    private static bool HasSecret(string query) => query.TrimStart('?').Split('&')
        .Select(part => part.Split('=')[0])
        .Any(name => ((string[])["token", "key", "secret", "password", "auth"]).Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase)));

    /// <summary>The key, of the flag or of the environment variable.</summary>
    internal string? EffectiveApiKey =>
        ApiKey ?? (Environment.GetEnvironmentVariable(ApiKeyVariable) is { Length: > 0 } key ? key : null);

    /// <summary>The server's address.</summary>
    internal Uri Address() => Path is { } path
        ? HasScheme(path) && Uri.TryCreate(path, UriKind.Absolute, out var secret) && (secret.UserInfo.Length > 0 || HasSecret(secret.Query))
            ? throw new EvalCoreException($"--policy.path: the address has a password or a key, and an address is written to the results: set {ApiKeyVariable}, or leave it out")
        : HasScheme(path) && Uri.TryCreate(path, UriKind.Absolute, out var address) && address.Host.Length > 0 && address.Fragment.Length == 0
            ? address
            : throw new EvalCoreException($"--policy.path: '{path}' is not the address of a server: give ws://HOST:PORT or wss://HOST:PORT")
        : throw new EvalCoreException("--policy.path is missing: give the server's address, ws://HOST:PORT");
}
