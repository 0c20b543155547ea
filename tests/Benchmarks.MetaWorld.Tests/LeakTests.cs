using System.Diagnostics;
using System.Runtime.InteropServices;
using EvalCore.Environments;
using EvalCore.Tests;

namespace Benchmarks.MetaWorld.Tests;

/// <summary>Alone, because they look at the whole process.</summary>
[CollectionDefinition(nameof(LeakTests), DisableParallelization = true)]
[Collection(nameof(LeakTests))]
[Trait("Suite", "metaworld")]
public sealed class LeakTests(ITestOutputHelper output)
{
    private static readonly string[] Tasks = ["push-v3", "drawer-open-v3", "hammer-v3", "soccer-v3"];

    [Fact]
    public void Resets_of_mixed_tasks_leave_no_memory_and_no_thread()
    {
        if (LongRun.Is)
            Play(warmUp: 10, rounds: 25, resets: 5, megabytes: 30);
        else
            Play(warmUp: 2, rounds: 4, resets: 1, megabytes: 500);
    }

    /// <summary>A world with its renderer has 50 MB and more: one that stays in each round would show.</summary>
    private void Play(int warmUp, int rounds, int resets, int megabytes)
    {
        Machine.NeedsPictures();
        for (int i = 0; i < warmUp; i++)
            Round(resets);
        (long memory, int threads) = Measure();
        for (int i = 0; i < rounds; i++)
            Round(resets);
        (long memoryAfter, int threadsAfter) = Measure();
        output.WriteLine($"{rounds * resets * Tasks.Length} resets: {(memoryAfter - memory) / 1e6:0.0} MB, {threadsAfter - threads} threads");
        Assert.True(memoryAfter - memory < megabytes * 1_000_000L, $"{(memoryAfter - memory) / 1e6:0} MB more");
        Assert.InRange(threadsAfter, 0, threads + 2);
    }

    /// <summary>On a thread of its own, whose OpenGL context must go with it.</summary>
    private static void Round(int resets)
    {
        var thread = new Thread(() =>
        {
            foreach (string task in Tasks)
            {
                using var env = new MetaWorldEnvironment(task);
                var picture = new Observation(env.ObservationSpace.Select([MetaWorldObservation.Image]));
                for (int i = 0; i < resets; i++)
                    env.Reset(Episode.Of(task, i));
                env.Observe(picture);
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

        // What is free goes back to the system, so that what is not can be seen.
        _ = MallocTrim(0);

        using var process = Process.GetCurrentProcess();
        return (process.WorkingSet64, process.Threads.Count);
    }

    [DllImport("libc.so.6", EntryPoint = "malloc_trim")]
    private static extern int MallocTrim(nint pad);
}
