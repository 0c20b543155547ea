using System.Globalization;
using EvalCore.Environments;
using EvalCore.Torch;
using static TorchSharp.torch;

namespace Torch.Benchmarks;

/// <summary>
/// Whether a call leaves anything behind: the process's memory and TorchSharp's count of living tensors, after a tenth of the calls,
/// half of them and all. A call of a family's reference checkpoint is an observation, the pre-processor, the network, and all actions of
/// the chunk; a call of a network of <see cref="NetworkInference"/> is its forward pass.
/// </summary>
internal static class MemoryGrowth
{
    public static void Print(int calls, string[] names)
    {
        foreach (string name in names.Length > 0 ? names : ReferenceCheckpoint.All)
        {
            int[] counts = [calls / 10, calls / 2, calls];
            var states = NetworkInference.Networks.Contains(name) ? CallNetwork(name, counts) : CallPolicy(name, counts);
            Console.WriteLine($"{name,-18} after {string.Join("; ", states.Select(state => $"{state.Calls} calls {state.Megabytes:f1} MB, {state.Tensors} tensors"))}");
        }
    }

    private static List<(int Calls, double Megabytes, long Tensors)> CallPolicy(string family, int[] counts)
    {
        var (policy, observation) = ReferenceCheckpoint.Load(family);
        using var disposing = policy;
        var episode = new EpisodeSpec(new EnvTask("growth", "growth", 0, "growth", "do it"), 0, 1);
        using var session = policy.NewSession(episode);
        double[] action = new double[((LeRobotPolicy)policy).ActionDimension];
        return Repeat(counts, () =>
        {
            bool called;
            do
            {
                session.Observe(observation);
                called = session.NeedsInference;
                if (called)
                    policy.Infer([session], CancellationToken.None);
                session.Act(action);
            }
            while (!called);
        });
    }

    private static List<(int Calls, double Megabytes, long Tensors)> CallNetwork(string network, int[] counts)
    {
        var inference = new NetworkInference { Network = network };
        inference.Setup();
        var states = Repeat(counts, inference.EvalCore);
        inference.Cleanup();
        return states;
    }

    private static List<(int Calls, double Megabytes, long Tensors)> Repeat(int[] counts, Action call)
    {
        var states = new List<(int, double, long)>();
        for (int made = 1; made <= counts[^1]; made++)
        {
            call();
            if (counts.Contains(made))
                states.Add(State(made));
        }

        return states;
    }

    private static (int Calls, double Megabytes, long Tensors) State(int calls)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        string line = File.ReadLines("/proc/self/status").First(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
        return (calls, long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024.0, Tensor.TotalCount);
    }
}
