using System.Diagnostics;

namespace Torch.Benchmarks;

/// <summary>Runs a network again and again, for a profiler of native code such as <c>perf record</c>.</summary>
internal static class NetworkLoop
{
    public static void Run(string network, bool plain, TimeSpan time)
    {
        var inference = new NetworkInference { Network = network };
        inference.Setup();
        int runs = 0;
        var all = Stopwatch.StartNew();
        for (; all.Elapsed < time; runs++)
        {
            if (plain)
                inference.Plain();
            else
                inference.EvalCore();
        }

        inference.Cleanup();
        Console.WriteLine($"{network}: {runs} runs");
    }
}
