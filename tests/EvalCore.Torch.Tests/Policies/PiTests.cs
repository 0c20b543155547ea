using EvalCore.Policies;
using EvalCore.Torch.Policies.Pi0;
using static EvalCore.Torch.Tests.Closeness;
using static TorchSharp.torch;

namespace EvalCore.Torch.Tests.Policies;

/// <summary>pi0 and pi0.5 against LeRobot, with the noise that LeRobot drew.</summary>
public class PiTests
{
    private const double Tolerance = 1e-5;

    public static TheoryData<string, string> Cases => new MatrixTheoryData<string, string>(["pi0", "pi05"], ["b1", "b1_oddsize", "b2_steps4_nocam2", "b3"]);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Chunks_equal_LeRobots_alone_and_together(string policy, string name)
    {
        using var test = new NetworkCase(policy, name);
        using var chunk = test.Open("chunk");
        Close(chunk.Span<float>("chunk.raw"), test.PredictAlone(), Tolerance, $"{policy} {name} alone");
        Close(chunk.Span<float>("chunk.raw"), test.PredictTogether(), Tolerance, $"{policy} {name} together");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Whole_checkpoints_play_LeRobots_actions(string policy, string name)
    {
        var golden = new GoldenCase(policy, name);
        foreach (var batching in (Batching[])[Batching.Exact, Batching.Dynamic])
        {
            using var result = golden.Infer(drawsOf: "select", batching, warn: name == "b1" || name == "b3" ? null : _ => { });
            golden.Compare(result, "chunk", raw: Tolerance, post: 1e-4);
            golden.Compare(result, "select", raw: Tolerance, post: 1e-4);
        }
    }

    [Theory]
    [InlineData("pi0")]
    [InlineData("pi05")]
    public void Every_module_computes_what_LeRobot_computes(string policy)
    {
        using var test = new NetworkCase(policy, "b1");
        using var layers = test.Open("layers");
        var modules = new ModuleOutputs(layers);
        using (var trace = test.Open("trace"))
            modules.Real = [.. trace.Span<bool>("prefix.pad_masks").ToArray()];
        test.Network.ForwardHook = modules.Check;
        test.PredictAlone();

        // Of PaliGemma's last layer only keys and values are needed, of pi0.5's time only what the norms make of it, and the
        // state is the same at every step.
        Assert.All(modules.Unseen, name => Assert.Matches(@"language_model\.(layers\.2\b|norm)|time_mlp_(in|out)|state_proj#1", name));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Images_prefix_times_and_velocities_equal_LeRobots(string policy, string name)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        using var test = new NetworkCase(policy, name);
        using var trace = test.Open("trace");
        var network = (PiNetwork)test.Network;
        var images = network.Images(test.Observation);
        for (int i = 0; i < images.Length && trace.TryGet($"prefix.image{i}", out _); i++)
            Close(trace.Span<float>($"prefix.image{i}"), images[i].contiguous().data<float>().ToArray(), 1e-6, $"image {i}");

        var prefix = network.EmbedPrefix(test.Observation, test.Batch);
        FlowTrace.CheckPrefix(trace, prefix, test.Batch, Tolerance);
        FlowTrace.CheckSteps(trace);
        FlowTrace.CheckVelocities(trace, test);
    }
}
