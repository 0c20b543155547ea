using EvalCore.Policies;
using EvalCore.Torch.Policies.SmolVla;
using static EvalCore.Torch.Tests.Closeness;
using static TorchSharp.torch;

namespace EvalCore.Torch.Tests.Policies;

/// <summary>SmolVLA against LeRobot, with the noise that LeRobot drew.</summary>
public class SmolVlaTests
{
    private const double Tolerance = 1e-5;

    public static TheoryData<string> Cases => ["b1", "b1_oddsize", "b1_special_tokens", "b2_missing_camera", "b2_prefix64_maxlen", "b3"];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Chunks_equal_LeRobots_alone_and_together(string name)
    {
        using var test = new NetworkCase("smolvla", name);
        using var chunk = test.Open("chunk");
        Close(chunk.Span<float>("chunk.raw"), test.PredictAlone(), Tolerance, $"{name} alone");
        Close(chunk.Span<float>("chunk.raw"), test.PredictTogether(), Tolerance, $"{name} together");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Whole_checkpoints_play_LeRobots_actions(string name)
    {
        var golden = new GoldenCase("smolvla", name);
        foreach (var batching in (Batching[])[Batching.Exact, Batching.Dynamic])
        {
            using var result = golden.Infer(drawsOf: "select", batching, warn: name == "b1_oddsize" ? _ => { } : null);
            golden.Compare(result, "chunk", raw: Tolerance, post: 1e-4);
            golden.Compare(result, "select", raw: Tolerance, post: 1e-4);
        }
    }

    [Fact]
    public void Every_module_computes_what_LeRobot_computes()
    {
        using var test = new NetworkCase("smolvla", "b1");
        using var layers = test.Open("layers");
        var modules = new ModuleOutputs(layers) { Names = { ["self_attn"] = "self_attn.o_proj" } };
        test.Network.ForwardHook = modules.Check;
        test.PredictAlone();

        // Queries, keys and values show in what attention makes of them. Of the VLM's last layer only keys and values are needed.
        Assert.All(modules.Unseen, name => Assert.Matches(@"self_attn\.[qkv]_proj|text_model\.(layers\.3|norm)\b", name));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Images_prefix_times_and_velocities_equal_LeRobots(string name)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        using var test = new NetworkCase("smolvla", name);
        using var trace = test.Open("trace");
        var network = (SmolVlaNetwork)test.Network;
        var images = network.Images(test.Observation);
        for (int i = 0; i < images.Length && trace.TryGet($"prefix.image{i}", out _); i++)
            Close(trace.Span<float>($"prefix.image{i}"), images[i].contiguous().data<float>().ToArray(), 1e-6, $"image {i}");

        FlowTrace.CheckPrefix(trace, network.EmbedPrefix(test.Observation, test.Batch), test.Batch, Tolerance);
        FlowTrace.CheckSteps(trace);
        FlowTrace.CheckVelocities(trace, test);
    }
}
