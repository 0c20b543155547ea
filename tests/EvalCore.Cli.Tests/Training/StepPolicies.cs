using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using EvalCore.Environments;
using EvalCore.Policies;

namespace EvalCore.Cli.Tests.Training;

/// <summary>
/// Toy checkpoints: a folder with <c>policy.json</c>, which says how strongly the policy walks (<c>bias</c>) and whether it can be
/// loaded (<c>damaged</c>), and may have a note for the user (<c>note</c>). A file that is no JSON is half-written.
/// </summary>
internal sealed class StepPolicies : IPolicySource
{
    public const string FileName = "policy.json";

    private int _alive;

    public IReadOnlyDictionary<string, string> Types { get; } = new Dictionary<string, string> { ["trained"] = "walks as a file says" };

    /// <summary>The folders of the policies that were made, in that order.</summary>
    public ConcurrentQueue<string> Made { get; } = new();

    /// <summary>The folders of the policies that have played, in that order.</summary>
    public ConcurrentQueue<string> Played { get; } = new();

    /// <summary>How many policies are not disposed.</summary>
    public int Alive => _alive;

    /// <summary>Writes a checkpoint.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="bias">How strongly it walks: 0 rarely succeeds, 0.6 often.</param>
    public static void Write(string folder, double bias)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, FileName), new JsonObject { ["bias"] = bias }.ToJsonString());
    }

    public bool Plays(string type, EnvConfig env) => env is WalkConfig;

    public PolicyConfig NewConfig(string type) => new Trained(this, 0);

    public string? PolicyIn(string folder) => File.Exists(Path.Combine(folder, FileName)) ? folder : null;

    public string? Unfinished(string path)
    {
        try
        {
            JsonNode.Parse(File.ReadAllText(Path.Combine(path, FileName)));
            return null;
        }
        catch (JsonException)
        {
            return $"{FileName} ends too early";
        }
    }

    public PolicyConfig? Recognize(string path)
    {
        if (PolicyIn(path) is null)
            return null;
        if (Unfinished(path) is { } missing)
            throw new EvalCoreException($"--policy.path: {path}: {missing}");
        return new Trained(this, (double)JsonNode.Parse(File.ReadAllText(Path.Combine(path, FileName)))!["bias"]!) { Path = path };
    }

    private sealed class Trained(StepPolicies source, double bias) : PolicyConfig
    {
        public override string Type => "trained";

        public override IPolicy Make(PolicyContext context)
        {
            string name = System.IO.Path.GetFileName(Path)!;
            source.Made.Enqueue(name);
            context.Warn("the weights are toys");
            var json = JsonNode.Parse(File.ReadAllText(System.IO.Path.Combine(Path!, FileName)))!;
            if ((string?)json["note"] is { } note)
                context.Warn(note);
            if ((bool?)json["damaged"] == true)
                throw new EvalCoreException($"--policy.path: {Path}: its weights are damaged");
            string hash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(System.IO.Path.Combine(Path!, FileName))));
            Interlocked.Increment(ref source._alive);
            int inferences = 0;
            return new WalkPolicy(PolicyBatching.PerSession)
            {
                Bias = bias,
                Provenance = new Dictionary<string, string> { [FileName] = $"sha256:{hash}" },
                OnInfer = () =>
                {
                    if (Interlocked.Increment(ref inferences) == 1)
                        source.Played.Enqueue(name);
                },
                OnDispose = () => Interlocked.Decrement(ref source._alive),
            };
        }
    }
}
