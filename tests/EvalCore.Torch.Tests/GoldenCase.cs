using System.Text.Json;
using EvalCore.Environments;
using EvalCore.Inference;
using EvalCore.Policies;
using Safetensors;
using EvalCore.Torch.Checkpoints;
using static EvalCore.Torch.Tests.Closeness;
using static TorchSharp.torch;

namespace EvalCore.Torch.Tests;

/// <summary>A reference case: a checkpoint, stored observations, and what LeRobot made of them.</summary>
internal sealed class GoldenCase
{
    /// <summary>The policies that read an instruction.</summary>
    private static readonly string[] ReadInstructions = ["smolvla", "pi0", "pi05", "pi0_fast", "xvla"];

    private readonly string _policy;
    private readonly string _name;
    private readonly string _checkpoint;
    private readonly JsonElement _json;

    public GoldenCase(string policy, string name, string checkpoint = "checkpoint")
    {
        (_policy, _name, _checkpoint) = (policy, name, checkpoint);
        using var json = JsonDocument.Parse(File.ReadAllText(Goldens.Find($"policies/{policy}/goldens/{name}.json")));
        _json = json.RootElement.Clone();
    }

    public string Checkpoint => Goldens.Find($"policies/{_policy}/{_checkpoint}");

    public string PathOf(string suffix) => Goldens.Find($"policies/{_policy}/goldens/{_name}_{suffix}.safetensors");

    public SafetensorsFile Open(string suffix) => SafetensorsFile.Open(PathOf(suffix));

    /// <summary>The flags that say where a reference checkpoint's tokenizer is.</summary>
    public static IEnumerable<string> Flags(string policy) =>
        ReadInstructions.Contains(policy) ? [$"tokenizer_path={TestTokenizers.Folder}"] : [];

    public LeRobotConfig Config(Batching batching = Batching.Exact)
    {
        var config = TestPolicy.Config(Checkpoint, Flags(_policy).Concat(_json.GetProperty("overrides").EnumerateArray().Select(text => text.GetString()!.TrimStart('-'))));
        config.Batching = batching;
        return config;
    }

    /// <summary>The instruction of each episode.</summary>
    public string[] Tasks => [.. _json.GetProperty("tasks").EnumerateArray().Select(task => task.GetString()!)];

    /// <summary>The fields of the stored observations.</summary>
    public ObservationSpace Space
    {
        get
        {
            using var input = new StoredObservations(PathOf("obs"));
            return input.Space;
        }
    }

    /// <summary>Runs <c>infer</c> on the case, with the random numbers of one of its files; a note fails unless <paramref name="warn"/> takes it.</summary>
    public SafetensorsFile Infer(string? drawsOf, Batching batching = Batching.Exact, Action<string>? warn = null)
    {
        string output = Path.Combine(Path.GetTempPath(), $"evalcore-{Guid.NewGuid():n}.safetensors");
        EvalCore.Inference.Infer.Run(
            Config(batching),
            new InferOptions
            {
                Input = PathOf("obs"),
                Tasks = Tasks,
                Draws = drawsOf is null ? null : PathOf(drawsOf),
                Output = output,
            },
            warn ?? Assert.Fail);
        var result = SafetensorsFile.Open(output);
        File.Delete(output);
        return result;
    }

    /// <summary>Compares results with the reference: raw in the policy's units, post in the environment's.</summary>
    public void Compare(SafetensorsFile result, string what, double raw, double post)
    {
        using var reference = Open(what);
        foreach (string kind in (string[])["raw", "post"])
        {
            string name = $"{what}.{kind}";
            Assert.Equal(reference[name].Shape, result[name].Shape);
            Close(reference.Span<float>(name), result.Span<float>(name), kind == "raw" ? raw : post, $"{_policy} {_name} {name}");
        }
    }

    /// <summary>
    /// Predicts the chunk of a case of one episode and compares what its modules give, where the case has it: <c>name</c> at a
    /// module's first call, <c>name#1</c> at its second.
    /// </summary>
    /// <param name="tolerance">The largest difference, in parts of a tensor's largest value.</param>
    public void CompareModules(double tolerance)
    {
        using var layers = Open("layers");
        using var input = new StoredObservations(PathOf("obs"));
        using var policy = LeRobotPolicy.Load(Config(), new PolicyContext(input.Space) { Warn = Assert.Fail });
        var calls = new Dictionary<string, int>();
        var seen = new HashSet<string>();
        policy.Network.ForwardHook = (module, output) =>
        {
            int call = calls[module] = calls.GetValueOrDefault(module, -1) + 1;
            string name = call == 0 ? module : $"{module}#{call}";
            if (!layers.TryGet(name, out _))
                return;
            using var scope = NewDisposeScope();
            var expected = layers.Span<float>(name);
            Assert.Equal(layers[name].Shape, output.shape);
            Close(expected, output.contiguous().data<float>().ToArray(), tolerance * Largest(expected), name);
            seen.Add(name);
        };
        var (draws, _) = RecordedDraws.Open(PathOf("chunk"), episodes: 1);
        using var session = policy.NewSession(TestEpisode.Of(1000, Tasks[0]), draws.OfEpisode(0));
        var observation = new Observation(input.Space);
        input.Read(0, 0, observation);
        session.Observe(observation);
        policy.Infer([session], CancellationToken.None);
        Assert.Equal(layers.Select(entry => entry.Name).Order(), seen.Order());
    }
}
