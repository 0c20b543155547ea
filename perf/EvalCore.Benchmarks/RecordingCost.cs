using System.Diagnostics;
using System.Globalization;
using Benchmarks.PushT;
using EvalCore.Evaluation;
using EvalCore.Policies;
using EvalCore.Recording;
using EvalCore.Records;
using EvalCore.Rollout;
using EvalCore.Statistics;
using EvalCore.Torch;

namespace EvalCore.Benchmarks;

/// <summary>
/// What <c>--eval.record=steps</c> costs: PushT with key points and the checkpoint of the repository, journal and the last file included,
/// without videos. Runs with and without steps take turns, in an order that alternates, and the median of the ratios of the pairs is taken:
/// other programs on the machine disturb both alike, and single runs differ by 15 %. <c>dotnet run -c Release --project perf/EvalCore.Benchmarks -- recording</c>
/// </summary>
internal static class RecordingCost
{
    private const int NEpisodes = 200, Pairs = 61;

    private static readonly PushTConfig Env = new() { ObsType = "environment_state_agent_pos" };

    public static void Print()
    {
        using var policy = Eval.MakePolicy(
            new LeRobotPolicies(), Repository.Checkpoint("pusht_act_keypoints"), Env, config => config.Device = DeviceName.Cpu);

        // One is the default on two cores.
        foreach (int batchSize in (int[])[1, 2])
        {
            Run(policy, batchSize, RecordedData.Steps);
            var without = new List<double>();
            var with = new List<double>();
            for (int i = 0; i < Pairs; i++)
            {
                if (i % 2 == 1)
                    with.Add(Run(policy, batchSize, RecordedData.Steps));
                without.Add(Run(policy, batchSize, RecordedData.None));
                if (i % 2 == 0)
                    with.Add(Run(policy, batchSize, RecordedData.Steps));
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{batchSize} in flight: {Median(without):f2} ms an episode without steps, {Median(with):f2} ms with, ratio {Median(with.Zip(without, (a, b) => a / b)):f3}"));
        }
    }

    /// <summary>Plays the episodes, and returns the milliseconds that one took.</summary>
    private static double Run(IPolicy policy, int batchSize, RecordedData record)
    {
        string folder = Directory.CreateTempSubdirectory("evalcore-").FullName;
        long start = Stopwatch.GetTimestamp();
        Eval.EvalPolicy(
            Env, policy,
            new RolloutOptions
            {
                Eval = new EvalConfig { NEpisodes = NEpisodes, NEpisodesToRender = 0, BatchSize = batchSize, Record = record },
                OutputDir = Path.Combine(folder, "run"),
                StepFormat = new ParquetSteps(),
            }).GetAwaiter().GetResult();
        double time = Stopwatch.GetElapsedTime(start).TotalMilliseconds / NEpisodes;
        Directory.Delete(folder, recursive: true);
        return time;
    }

    private static double Median(IEnumerable<double> values) => SampleQuantile.Of([.. values.Order()], 0.5);
}
