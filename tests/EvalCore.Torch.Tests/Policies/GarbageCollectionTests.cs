using EvalCore.Policies;

namespace EvalCore.Torch.Tests.Policies;

/// <summary>
/// Collects garbage all the time. No other test runs meanwhile: the plain networks of the tests make numbers for single
/// calls, which TorchSharp does not keep alive.
/// </summary>
[Collection(nameof(GarbageCollectionTests))]
[CollectionDefinition(nameof(GarbageCollectionTests), DisableParallelization = true)]
public sealed class GarbageCollectionTests
{
    [Theory]
    [InlineData("pusht_act_keypoints")]
    [InlineData("pusht_diffusion_keypoints")]
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
        Assert.InRange(passes, 3, int.MaxValue);
    }
}
