using System.Diagnostics;
using EvalCore.Environments;
using EvalCore.Tests;

namespace Benchmarks.MetaWorld.Tests;

/// <summary>Not beside other tests, because they measure the whole process.</summary>
[CollectionDefinition(nameof(LeakTests), DisableParallelization = true)]
[Collection(nameof(LeakTests))]
public sealed class LeakTests(ITestOutputHelper output)
{
    private static readonly string[] Tasks = ["push-v3", "drawer-open-v3", "hammer-v3", "soccer-v3"];

    /// <summary>
    /// Memory is what malloc has given out and is not freed (<see cref="NativeHeap"/>). It is measured five times: a
    /// leak of a reset or of a model grows from one measurement to the next, a cache does not.
    /// </summary>
    [Fact]
    public void Resets_of_mixed_tasks_leak_no_memory_and_no_thread()
    {
        Machine.NeedsImages();
        (int warmUp, int rounds, int resets) = LongRun.Is ? (5, 5, 5) : (2, 1, 1);
        for (int i = 0; i < warmUp; i++)
            Round(resets);

        var (memory, threads) = Measure();
        var growth = new List<double>();
        for (int stretch = 0; stretch < 5; stretch++)
        {
            for (int i = 0; i < rounds; i++)
                Round(resets);
            var (memoryNow, threadsNow) = Measure();
            growth.Add((memoryNow - memory) / 1e3);
            memory = memoryNow;
            Assert.InRange(threadsNow, 0, threads + 2);
        }

        output.WriteLine($"kB in each {rounds * resets * Tasks.Length} resets: {string.Join(", ", growth.Select(kb => $"{kb:0.0}"))}");
        double median = growth.Order().ElementAt(2);
        Assert.True(median < 20, $"{median:0.0} kB in each {rounds * resets * Tasks.Length} resets");
    }

    /// <summary>Opens a benchmark and plays on a thread of its own, whose OpenGL context must be freed with it.</summary>
    private static void Round(int resets)
    {
        var thread = new Thread(() =>
        {
            foreach (string task in Tasks)
            {
                using var env = TestEnvironments.Make(task);
                var image = new Observation(env.ObservationSpace.Select([MetaWorldObservation.Image]));
                for (int i = 0; i < resets; i++)
                    env.Reset(TestEnvironments.Episode(task, i));
                env.Observe(image);
            }
        });
        thread.Start();
        thread.Join();
    }

    private static (long Memory, int Threads) Measure()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        using var process = Process.GetCurrentProcess();
        return (NativeHeap.InUse, process.Threads.Count);
    }
}
