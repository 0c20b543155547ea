using System.Diagnostics;

namespace Torch.Benchmarks;

/// <summary>
/// The CPU time of a network as a share of that of plain calls. Both run in turn, many times, and the fastest runs are compared:
/// other programs on the machine disturb both alike.
/// </summary>
internal static class NetworkRatios
{
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(8);

    public static void Print(string[] networks)
    {
        foreach (string network in networks.Length > 0 ? networks : NetworkInference.Networks)
        {
            var inference = new NetworkInference { Network = network };
            inference.Setup();
            var plain = new List<double>();
            var ours = new List<double>();
            var all = Stopwatch.StartNew();
            while (all.Elapsed < Least || plain.Count < 7)
            {
                plain.Add(Time(inference.Plain));
                ours.Add(Time(inference.EvalCore));
            }

            inference.Cleanup();
            Console.WriteLine($"{network,-18} plain {plain.Min(),8:f2} ms, EvalCore {ours.Min(),8:f2} ms, ratio {ours.Min() / plain.Min():f2} (of the medians {Median(ours) / Median(plain):f2}, {plain.Count} runs)");
        }

        static double Time(Action run)
        {
            var before = Environment.CpuUsage.TotalTime;
            run();
            return (Environment.CpuUsage.TotalTime - before).TotalMilliseconds;
        }

        static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
    }
}
