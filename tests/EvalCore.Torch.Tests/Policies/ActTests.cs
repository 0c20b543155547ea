using EvalCore.Environments;
using EvalCore.Inference;
using EvalCore.Policies;
using static EvalCore.Torch.Tests.Closeness;
using static TorchSharp.torch;

namespace EvalCore.Torch.Tests.Policies;

/// <summary>ACT with images against LeRobot: a full ResNet-18 and two encoder and decoder layers.</summary>
public class ActTests
{
    [Theory]
    [InlineData("b1", Batching.Exact)]
    [InlineData("b3", Batching.Exact)]
    [InlineData("b3", Batching.Dynamic)]
    public void Chunks_and_actions_equal_LeRobots(string name, Batching batching)
    {
        var golden = new GoldenCase("act", name);
        using var result = golden.Infer(drawsOf: null, batching);
        golden.Compare(result, "chunk", raw: 2e-5, post: 2e-3);
        golden.Compare(result, "select", raw: 2e-5, post: 2e-3);
    }

    [Fact]
    public void Two_cameras_are_read_in_the_files_order()
    {
        // LeRobot's migration script has renamed the statistics of one camera, so LeRobot does not normalise its images.
        var golden = new GoldenCase("migration", "migrated_b1", "migrated_by_lerobot");
        var notes = new List<string>();
        using var result = golden.Infer(drawsOf: null, warn: notes.Add);
        Assert.EndsWith(
            "has statistics of 'observation.images.cam.high', as LeRobot's migration script renames them, and none of 'observation.images.cam_high': as in LeRobot, 'observation.images.cam_high' is not normalised",
            Assert.Single(notes), StringComparison.Ordinal);
        golden.Compare(result, "chunk", raw: 2e-5, post: 1e-4);
        golden.Compare(result, "select", raw: 2e-5, post: 1e-4);
    }

    [Fact]
    public void Statistics_inside_the_model_of_an_old_checkpoint_normalise_every_camera()
    {
        // LeRobot refuses the folder, and its migration script loses the statistics of one camera.
        var golden = new GoldenCase("migration", "with_correct_stats_b1", "old_checkpoint");
        var notes = new List<string>();
        using var result = golden.Infer(drawsOf: null, warn: notes.Add);
        Assert.EndsWith(
            "was saved before LeRobot had processor pipelines; normalising with the statistics inside model.safetensors",
            Assert.Single(notes), StringComparison.Ordinal);
        golden.Compare(result, "chunk", raw: 2e-5, post: 1e-4);
        golden.Compare(result, "select", raw: 2e-5, post: 1e-4);
    }

    [Fact]
    public void Temporal_ensembling_equals_LeRobots()
    {
        var golden = new GoldenCase("act", "b2_ensemble");
        using var result = golden.Infer(drawsOf: null);
        golden.Compare(result, "select", raw: 2e-5, post: 2e-3);
    }

    [Fact]
    public void Every_module_computes_what_LeRobot_computes()
    {
        var golden = new GoldenCase("act", "b1");
        using var layers = golden.Open("layers");
        using var input = new StoredObservations(golden.PathOf("obs"));
        using var policy = LeRobotPolicy.Load(golden.Config(), new PolicyContext(input.Space) { Warn = Assert.Fail });
        var seen = new HashSet<string>();
        policy.Network.ForwardHook = (name, output) =>
        {
            // The reference puts tokens first, then the batch.
            using var scope = NewDisposeScope();
            var expected = layers.Span<float>(name);
            var actual = output.dim() == 3 ? output.transpose(0, 1) : output;
            Assert.Equal(layers[name].Shape, actual.shape);
            Close(expected, actual.contiguous().data<float>().ToArray(), 2e-5 * Math.Max(1, Largest(expected)), name);
            seen.Add(name);
        };
        using var session = policy.NewSession(TestEpisode.Of(1000), TestEpisode.NoDraws);
        var observation = new Observation(input.Space);
        input.Read(0, 0, observation);
        session.Observe(observation);
        policy.Infer([session], CancellationToken.None);
        Assert.Equal(8, seen.Count);
    }
}
