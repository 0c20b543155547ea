using System.Text.Json;
using EvalCore.Inference;
using EvalCore.Policies;
using Safetensors;
using EvalCore.Torch.Checkpoints;
using static EvalCore.Torch.Tests.Closeness;

namespace EvalCore.Torch.Tests;

/// <summary>A reference case: a checkpoint, stored observations, and what LeRobot made of them.</summary>
internal sealed class GoldenCase
{
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

    public LeRobotConfig Config(Batching batching = Batching.Exact)
    {
        var config = TestPolicy.Config(Checkpoint, _json.GetProperty("overrides").EnumerateArray().Select(text => text.GetString()!.TrimStart('-')));
        config.Batching = batching;
        if (config is LanguageConfig language)
            language.TokenizerPath = Goldens.Find($"policies/tokenizers/{(config.Type == "smolvla" ? "smolvlm2_like" : "paligemma_like")}");
        return config;
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
                Tasks = [.. _json.GetProperty("tasks").EnumerateArray().Select(task => task.GetString()!)],
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
}
