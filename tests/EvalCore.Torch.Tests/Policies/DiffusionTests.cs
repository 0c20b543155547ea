using EvalCore.Environments;
using EvalCore.Inference;
using EvalCore.Policies;
using static EvalCore.Torch.Tests.Closeness;
using static TorchSharp.torch;

namespace EvalCore.Torch.Tests.Policies;

/// <summary>Diffusion with images against LeRobot, with the noise that LeRobot drew: a full ResNet-18 with group norm.</summary>
public class DiffusionTests
{
    [Theory]
    [InlineData("b1", Batching.Exact)]
    [InlineData("b1_ddim10", Batching.Exact)]
    [InlineData("b2_ddpm10_sample", Batching.Exact)]
    [InlineData("b3", Batching.Exact)]
    [InlineData("b3", Batching.Dynamic)]
    public void Chunks_and_actions_equal_LeRobots(string name, Batching batching)
    {
        var golden = new GoldenCase("diffusion", name);
        using var result = golden.Infer(drawsOf: "select", batching);
        golden.Compare(result, "chunk", raw: 1e-5, post: 2e-3);
        golden.Compare(result, "select", raw: 1e-5, post: 2e-3);
    }

    [Fact]
    public void Every_module_computes_what_LeRobot_computes()
    {
        var golden = new GoldenCase("diffusion", "b1");
        using var layers = golden.Open("layers");
        using var input = new StoredObservations(golden.PathOf("obs"));
        using var policy = LeRobotPolicy.Load(golden.Config(), new PolicyContext(input.Space) { Warn = Assert.Fail });
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
        policy.Infer([session], CancellationToken.None);
        Assert.Equal(layers.Select(entry => entry.Name).Order(), seen.Order());
    }
}
