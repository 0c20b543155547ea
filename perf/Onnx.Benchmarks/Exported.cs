using Benchmarks.PushT;
using EvalCore.Benchmarks;
using EvalCore.Evaluation;
using EvalCore.Onnx;
using EvalCore.Onnx.Tests;
using EvalCore.Policies;
using EvalCore.Torch;

namespace Onnx.Benchmarks;

/// <summary>A checkpoint of the repository in libtorch, or the same network as an ONNX model in onnxruntime.</summary>
internal static class Exported
{
    public static PushTConfig Env { get; } = new() { ObsType = "environment_state_agent_pos" };

    public static IPolicy Make(string checkpoint, Runtime runtime)
    {
        string folder = Repository.Checkpoint(checkpoint);
        if (!Directory.Exists(folder) && Environment.GetEnvironmentVariable("EVALCORE_MIRROR") is { } mirror)
            folder = Path.Combine(mirror, "checkpoints", checkpoint);
        if (runtime == Runtime.Torch)
            return Eval.MakePolicy(new LeRobotPolicies(), folder, Env, config => config.Device = DeviceName.Cpu);
        using var exported = new ExportedCheckpoint(folder);
        return Eval.MakePolicy(new OnnxPolicies(), exported.Model, Env, config => config.Device = DeviceName.Cpu);
    }
}
