using System.Globalization;
using System.Text.RegularExpressions;
using EvalCore.Assets;
using EvalCore.Options;

namespace EvalCore.Hub;

/// <summary>What the environment variables of Hugging Face's tools say.</summary>
internal sealed partial record HubSettings
{
    /// <summary>The Hub.</summary>
    public const string DefaultEndpoint = "https://huggingface.co";

    private static readonly string[] TrueValues = ["1", "ON", "YES", "TRUE"];

    /// <summary>The address of the Hub, without a slash at its end: <c>HF_ENDPOINT</c>.</summary>
    public required string Endpoint { get; init; }

    /// <summary>
    /// The folder of the cache: <c>HF_HUB_CACHE</c>, <c>HUGGINGFACE_HUB_CACHE</c>, or <c>hub</c> in <c>HF_HOME</c>, in
    /// <c>huggingface</c> in <c>XDG_CACHE_HOME</c>, in <c>~/.cache/huggingface</c>.
    /// </summary>
    public required string Cache { get; init; }

    /// <summary>The variable that forbids to ask the Hub; null where none does.</summary>
    public string? Offline { get; init; }

    /// <summary>The token; null without one.</summary>
    public HubToken? Token { get; init; }

    /// <summary>How long a server may send nothing: <c>HF_HUB_DOWNLOAD_TIMEOUT</c>.</summary>
    public TimeSpan Silence { get; init; } = HttpDownload.Silence;

    /// <summary>The name of the Hub in messages.</summary>
    public string Host => new Uri(Endpoint).Authority;

    /// <summary>Reads the variables.</summary>
    /// <param name="environment">Reads an environment variable; null where it is not set.</param>
    /// <exception cref="EvalCoreException">A variable has a value that it cannot have.</exception>
    public static HubSettings Read(Func<string, string?> environment)
    {
        string home = Folder("HF_HOME") ?? Path.Combine(Folder("XDG_CACHE_HOME") ?? HomeFolder.Expand("~/.cache"), "huggingface");
        return new HubSettings
        {
            Endpoint = Address(Variable("HF_ENDPOINT") ?? DefaultEndpoint),
            Cache = Path.GetFullPath(Folder("HF_HUB_CACHE") ?? Folder("HUGGINGFACE_HUB_CACHE") ?? Path.Combine(home, "hub")),
            Offline = ((string[])["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"]).FirstOrDefault(name => Variable(name) is not null) is { } offline && IsTrue(offline) ? offline : null,
            Token = IsTrue("HF_HUB_DISABLE_IMPLICIT_TOKEN") ? null : HubToken.Find(Variable, Folder("HF_TOKEN_PATH") ?? Path.Combine(home, "token")),
            Silence = Variable("HF_HUB_DOWNLOAD_TIMEOUT") is { } seconds ? Seconds(seconds) : HttpDownload.Silence,
        };

        string? Variable(string name) => environment(name) is { } value && value.Trim().Length > 0 ? value.Trim() : null;

        bool IsTrue(string name) => TrueValues.Contains(Variable(name)?.ToUpperInvariant());

        string? Folder(string name) => PathIn(environment, name);
    }

    /// <summary>A path with its variables and its <c>~</c> replaced, as Hugging Face's tools do; null where it is not set.</summary>
    private static string? PathIn(Func<string, string?> environment, string name) => environment(name) is { } value && value.Trim().Length > 0
        ? HomeFolder.Expand(Variables().Replace(value.Trim(), match => environment(match.Groups["name"].Value) ?? match.Value))
        : null;

    private static string Address(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.UserInfo.Length == 0 && address.Query.Length == 0
            ? text.TrimEnd('/')
            : throw new EvalCoreException($"HF_ENDPOINT: is not the address of a Hub; set it to one like {DefaultEndpoint}, or unset it");

    private static TimeSpan Seconds(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) && seconds is > 0 and <= 86400
            ? TimeSpan.FromSeconds(seconds)
            : throw new EvalCoreException($"HF_HUB_DOWNLOAD_TIMEOUT: '{text}' is not a number of seconds");

    [GeneratedRegex(@"\$(\{(?<name>\w+)\}|(?<name>\w+))")]
    private static partial Regex Variables();
}
