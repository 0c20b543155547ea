using System.Globalization;
using EvalCore.Environments;
using EvalCore.Policies;
using EvalCore.Torch;
using static TorchSharp.torch;

namespace Torch.Benchmarks;

/// <summary>
/// Whether a call of a policy leaves anything behind: the process's memory and TorchSharp's count of living tensors, after a
/// tenth of the calls and after all. A call is an observation, the pre-processor, the network, and all actions of the chunk.
/// </summary>
internal static class MemoryGrowth
{
    public static void Print(int calls, string[] families)
    {
        foreach (string family in families.Length > 0 ? families : ReferenceCheckpoint.All)
        {
            var (policy, observation) = ReferenceCheckpoint.Load(family);
            var (early, late) = Run(policy, observation, calls);
            policy.Dispose();
            Console.WriteLine($"{family,-10} after {calls / 10} calls {early.Megabytes:f1} MB, {early.Tensors} tensors; after {calls} {late.Megabytes:f1} MB, {late.Tensors} tensors");
        }
    }

    private static ((double Megabytes, long Tensors) Early, (double Megabytes, long Tensors) Late) Run(IPolicy policy, Observation observation, int calls)
    {
        var episode = new EpisodeSpec(new EnvTask("growth", "growth", 0, "growth", "do it"), 0, 1);
        using var session = policy.NewSession(episode);
        double[] action = new double[((LeRobotPolicy)policy).ActionDimension];
        var early = State();
        for (int call = 0; call < calls;)
        {
            session.Observe(observation);
            if (session.NeedsInference)
            {
                policy.Infer([session], CancellationToken.None);
                if (++call == calls / 10)
                    early = State();
            }

            session.Act(action);
        }

        return (early, State());
    }

    private static (double Megabytes, long Tensors) State()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        string line = File.ReadLines("/proc/self/status").First(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
        return (long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024.0, Tensor.TotalCount);
    }
}
