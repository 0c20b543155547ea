using EvalCore.Results;
using TorchSharp;

namespace EvalCore.Cli.Tests.Evaluation;

/// <summary>The same checkpoint gives the same episodes, to the last bit, however they are run.</summary>
[Collection(nameof(DeterminismTests))]
[CollectionDefinition(nameof(DeterminismTests), DisableParallelization = true)]
public sealed class DeterminismTests(DeterminismTests.OneByOne oneByOne) : IClassFixture<DeterminismTests.OneByOne>
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    [InlineData(7, false)]
    [InlineData(7, true)]
    [InlineData(16, false)]
    [InlineData(16, true)]
    [InlineData(50, false)]
    [InlineData(50, true)]
    public async Task Episodes_do_not_depend_on_batch_size_and_stepping_mode(int batchSize, bool useAsyncEnvs) =>
        Assert.Equal(
            PushTEvaluation.PerEpisode(oneByOne.Info),
            PushTEvaluation.PerEpisode(await PushTEvaluation.Run("pusht_act_keypoints", 50, batchSize, useAsyncEnvs)));

    [Theory]
    [InlineData(1, false)]
    [InlineData(16, true)]
    public async Task Episodes_do_not_depend_on_the_number_of_torch_threads(int batchSize, bool useAsyncEnvs)
    {
        int threads = torch.get_num_threads();
        foreach (int n in (int[])[1, 2])
        {
            torch.set_num_threads(n);
            Assert.Equal(
                PushTEvaluation.PerEpisode(oneByOne.Info),
                PushTEvaluation.PerEpisode(await PushTEvaluation.Run("pusht_act_keypoints", 50, batchSize, useAsyncEnvs)));
        }

        torch.set_num_threads(threads);
    }

    /// <summary>The episodes one after the other.</summary>
    public sealed class OneByOne : IAsyncLifetime
    {
        public EvalInfo Info { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Info = await PushTEvaluation.Run("pusht_act_keypoints", 50);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
