using EvalCore.Environments;
using EvalCore.Inference;
using EvalCore.Policies;
using EvalCore.Torch;
using Safetensors;

namespace EvalCore.Onnx.Tests;

/// <summary>Policies as the command line loads them, on the CPU.</summary>
internal static class TestPolicy
{
    public static PolicyConfig Onnx(string model, params IEnumerable<string> flags) => Config(new OnnxPolicies(), model, flags);

    public static PolicyConfig Torch(string checkpoint, params IEnumerable<string> flags) => Config(new LeRobotPolicies(), checkpoint, flags);

    public static IInspectablePolicy Make(string model, ObservationSpace space, params IEnumerable<string> flags) =>
        (IInspectablePolicy)Onnx(model, flags).Make(new PolicyContext(space) { Warn = Assert.Fail });

    /// <summary>Runs <c>infer</c>.</summary>
    public static SafetensorsFile Infer(PolicyConfig config, string input, string? draws)
    {
        string output = Path.Combine(Path.GetTempPath(), $"evalcore-{Guid.NewGuid():n}.safetensors");
        EvalCore.Inference.Infer.Run(config, new InferOptions { Input = input, Draws = draws, Output = output }, note => Assert.Contains("were recorded for the chunk only", note, StringComparison.Ordinal));
        var result = SafetensorsFile.Open(output);
        File.Delete(output);
        return result;
    }

    private static PolicyConfig Config(IPolicySource source, string path, IEnumerable<string> flags)
    {
        var config = source.Recognize(path)!;
        foreach (string[] flag in flags.Prepend("device=cpu").Select(flag => flag.Split('=', 2)))
            config.Set(flag[0], flag[1]);
        config.Validate();
        return config;
    }
}
