using EvalCore.Environments;
using EvalCore.Torch.Inference;
using static EvalCore.Torch.Tests.Closeness;
using static TorchSharp.torch;

namespace EvalCore.Torch.Tests.Policies;

/// <summary>Diffusion with pictures against LeRobot, fed the noise LeRobot drew: a full ResNet-18 with group norm.</summary>
public class DiffusionTests
{
    [Theory]
    [InlineData("b1", null)]
    [InlineData("b1_ddim10", null)]
    [InlineData("b2_ddpm10_sample", null)]
    [InlineData("b3", null)]
    [InlineData("b3", "dynamic")]
    public void Chunks_and_actions_are_LeRobots(string name, string? batching)
    {
        var golden = new GoldenCase("diffusion", name);
        using var result = golden.Infer(drawsOf: "select", batching);
        golden.Compare(result, "chunk", raw: 1e-5, post: 2e-3);
        golden.Compare(result, "select", raw: 1e-5, post: 2e-3);
    }

    [Fact]
    public void Every_module_gives_what_LeRobots_gives()
    {
        var golden = new GoldenCase("diffusion", "b1");
        using var layers = golden.Open("layers");
        using var input = new StoredObservations(golden.PathOf("obs"));
        using var policy = LeRobotPolicy.Load(golden.Options(), input.Space, null, Assert.Fail);
        var seen = new HashSet<string>();
        policy.Network.ForwardHook = (name, output) =>
        {
            using var scope = NewDisposeScope();
            var expected = layers.Span<float>(name);
            Assert.Equal(layers[name].Shape, output.shape);
            Close(expected, output.contiguous().data<float>().ToArray(), 2e-5 * Math.Max(1, Largest(expected)), name);
            seen.Add(name);
        };
        var (chunk, _) = RecordedDraws.Open(golden.PathOf("chunk"), episodes: 1);
        using var session = policy.NewSession(TestEpisode.Of(1000), chunk.OfEpisode(0));
        var observation = new Observation(input.Space);
        input.Read(0, 0, observation);
        session.Observe(observation);
        policy.Infer([session]);
        Assert.Equal(layers.Select(entry => entry.Name).Order(), seen.Order());
    }
}
