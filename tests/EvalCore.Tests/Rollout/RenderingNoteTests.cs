using EvalCore.Policies;
using EvalCore.Rollout;

namespace EvalCore.Tests.Rollout;

/// <summary>The line that says what renders the images that a policy reads.</summary>
public sealed class RenderingNoteTests
{
    private const string Gpu = "there is a GPU, but software renders";

    [Theory]
    [InlineData(PolicyBatching.PerSession, true)]
    [InlineData(PolicyBatching.Batched, false)]
    public async Task A_run_says_once_what_renders_and_how_long_it_takes(PolicyBatching batching, bool useAsyncEnvs)
    {
        var notes = await Notes("llvmpipe", batching, useAsyncEnvs, "observation.images.image", "observation.state", "observation.images.image2");
        Assert.Equal(2, notes.Count);
        Assert.Matches(@"^llvmpipe renders the images that the policy reads, in \d+\.\d ms each \(6x4, 3x2\)$", notes[0]);
        Assert.Equal(Gpu, notes[1]);
    }

    [Fact]
    public async Task A_policy_that_reads_no_image_has_no_such_line() => Assert.Empty(await Notes("llvmpipe", PolicyBatching.PerSession, true, "observation.state"));

    [Fact]
    public async Task A_suite_whose_images_are_the_same_everywhere_has_no_such_line() =>
        Assert.Empty(await Notes(null, PolicyBatching.PerSession, true, "observation.state", "observation.images.image"));

    private static async Task<List<string>> Notes(string? device, PolicyBatching batching, bool useAsyncEnvs, params string[] keys)
    {
        var notes = new List<string>();
        using var policy = new WalkPolicy(batching) { ObservationKeys = keys };
        var options = new RolloutOptions { Eval = new EvalConfig { NEpisodes = 6, BatchSize = 3, UseAsyncEnvs = useAsyncEnvs, NEpisodesToRender = 0 } };
        var config = new WalkConfig { Images = true, RenderingDevice = device, RenderingNotes = [Gpu] };
        using var run = new EvalRun(config, policy, options, line =>
        {
            lock (notes)
                notes.Add(line);
        });
        await run.PlayAll();
        return notes;
    }
}
