using EvalCore.Environments;
using EvalCore.Policies;
using EvalCore.Torch.Policies;
using static TorchSharp.torch;

namespace EvalCore.Torch.Tests.Policies;

/// <summary>
/// What becomes of tensors and numbers that are no longer used. No other test runs meanwhile: the plain networks of the tests make numbers for single
/// calls, which TorchSharp does not keep alive.
/// </summary>
[Collection(nameof(GarbageCollectionTests))]
[CollectionDefinition(nameof(GarbageCollectionTests), DisableParallelization = true)]
public sealed class GarbageCollectionTests
{
    [Theory]
    [InlineData("pusht_act_keypoints")]
    [InlineData("pusht_diffusion_keypoints")]
    [InlineData("smolvla")]
    [InlineData("pi05")]
    [InlineData("vqbet")]
    [InlineData("tdmpc")]
    [InlineData("xvla")]
    [InlineData("pi0_fast")]
    public void Garbage_collections_during_a_forward_pass_change_nothing(string name)
    {
        using var policy = ExactnessTests.Load(name, Batching.Exact, out var space);
        float[] quiet = ExactnessTests.Play(policy, space, [0])[0];

        // Without Scalars, this fails in seconds: numbers are freed while libtorch reads them.
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        var collector = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect(0);
                GC.WaitForPendingFinalizers();
            }
        });
        collector.IsBackground = true;
        collector.Start();
        int passes = 0;
        for (; !stop.IsCancellationRequested; passes++)
            Assert.Equal(quiet, ExactnessTests.Play(policy, space, [0])[0]);
        collector.Join();
        Assert.InRange(passes, 1, int.MaxValue);
    }

    [Theory]
    [InlineData("smolvla", "b2_missing_camera")]
    [InlineData("pi0", "b2_steps4_nocam2")]
    [InlineData("pi05", "b2_steps4_nocam2")]
    public void A_forward_pass_leaves_no_tensor(string policy, string name)
    {
        using var test = new NetworkCase(policy, name);
        test.PredictTogether();

        // Tensors that earlier tests have left are freed first.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = Tensor.TotalCount;
        for (int i = 0; i < 200; i++)
            test.PredictTogether();
        Assert.InRange(Tensor.TotalCount, 0, before);
    }

    [Theory]
    [InlineData("pusht_act_keypoints")]
    [InlineData("pusht_diffusion_keypoints")]
    [InlineData("vqbet")]
    [InlineData("tdmpc")]
    [InlineData("xvla")]
    public void No_tensor_is_left_of_200_forward_passes(string name)
    {
        using var policy = ExactnessTests.Load(name, Batching.Exact, out var space);
        ExactnessTests.Play(policy, space, [0, 1]);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = Tensor.TotalCount;
        using (var session = policy.NewSession(TestEpisode.Of(1000)))
        {
            session.Observe(new Observation(space));
            for (int i = 0; i < 200; i++)
                policy.Infer([session], CancellationToken.None);
        }

        Assert.InRange(Tensor.TotalCount, 0, before);
    }

    [Fact]
    public void A_generation_of_tokens_leaves_no_tensor()
    {
        using var test = new NetworkCase("pi0_fast", "b3");
        EpisodeState[] episodes = [.. Enumerable.Range(0, test.Batch).Select(_ => new EpisodeState(new GeneratorNoise(1)))];
        Predict();
        long before = Tensor.TotalCount;
        for (int i = 0; i < 20; i++)
            Predict();
        Assert.InRange(Tensor.TotalCount, 0, before);

        void Predict()
        {
            using var mode = inference_mode();
            using var scope = NewDisposeScope();
            test.Network.PredictActionChunk(test.Observation, episodes);
        }
    }
}
