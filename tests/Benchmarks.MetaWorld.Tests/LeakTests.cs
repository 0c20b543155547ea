using System.Diagnostics;
using System.Runtime.InteropServices;
using EvalCore.Environments;
using EvalCore.Tests;

namespace Benchmarks.MetaWorld.Tests;

/// <summary>Alone, because they look at the whole process.</summary>
[CollectionDefinition(nameof(LeakTests), DisableParallelization = true)]
[Collection(nameof(LeakTests))]
public sealed class LeakTests(ITestOutputHelper output)
{
    private static readonly string[] Tasks = ["push-v3", "drawer-open-v3", "hammer-v3", "soccer-v3"];

    /// <summary>
    /// Memory is measured five times on the way. What is left behind by a reset or a world grows in each stretch; the
    /// heap's and the compiler's own growth does not.
    /// </summary>
    [Fact]
    public void Resets_of_mixed_tasks_leave_no_memory_and_no_thread()
    {
        Machine.NeedsPictures();
        (int warmUp, int rounds, int resets) = LongRun.Is ? (10, 5, 5) : (2, 1, 1);
        for (int i = 0; i < warmUp; i++)
            Round(resets);

        var (memory, threads) = Measure();
        var growth = new List<double>();
        for (int stretch = 0; stretch < 5; stretch++)
        {
            for (int i = 0; i < rounds; i++)
                Round(resets);
            var (memoryNow, threadsNow) = Measure();
            growth.Add((memoryNow - memory) / 1e6);
            memory = memoryNow;
            Assert.InRange(threadsNow, 0, threads + 2);
        }

        output.WriteLine($"MB in each {rounds * resets * Tasks.Length} resets: {string.Join(", ", growth.Select(mb => $"{mb:0.0}"))}");
        Assert.True(growth.Min() < 6, $"at least {growth.Min():0.0} MB in each {rounds * resets * Tasks.Length} resets");
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
