using System.Globalization;
using EvalCore.Environments;
using EvalCore.Options;
using EvalCore.Results;

namespace EvalCore.Benchmarks.Scaling;

/// <summary>
/// The tables of docs/scaling.md: simulated shards over the recorded steps or times of a run.
/// <c>dotnet run -c Release --project perf/EvalCore.Benchmarks -- scaling RUN [flags]</c>; RUN may be <c>libero</c>, for the step
/// limits of its tasks.
/// </summary>
public static class ScalingTable
{
    private static readonly int[] Shards = [1, 2, 4, 8, 16, 32, 64, 128, 256];

    /// <summary>Prints the table of a run.</summary>
    /// <param name="args">The run's output folder, and the flags of <see cref="ScalingOptions"/>.</param>
    public static void Run(IReadOnlyList<string> args)
    {
        var options = new ScalingOptions();
        var set = new OptionSet([.. args.Skip(1)]);
        set.Bind(options);
        set.Finish("scaling");
        var run = args[0] == "libero" ? LiberoLimits() : RunFolder.Load(args[0]);
        EnvTask[] tasks = [.. run.PerTask.Select(task => new EnvTask(task.Suite!, task.TaskGroup, task.TaskId, task.Task, "") { MaxSteps = Most(run, task) })];
        double now(EpisodeSpec episode) => Seconds(run, options, episode, earlier: false);
        var simulation = new ShardSimulation(tasks, options.Episodes, now, options.StartS, options.CompileS);

        // The times of an earlier run: of other episodes of the same tasks.
        var before = new EvalInfo(
            tasks.SelectMany(task => Enumerable.Range(0, options.Episodes).Select(index => task.Episode(index, 0)))
                .Select(episode => Of(run, episode, earlier: true) with { EpisodeIndex = episode.Index, Timings = new(Seconds(run, options, episode, earlier: true), 0, 0, 0, 0) }),
            0, "", null);
        (string Name, ShardDeal Deal)[] deals = [("in turn", ShardDeal.InTurn), ("by task", ShardDeal.ByTask), ("by task, with times", ShardDeal.ByTimes(before, args[0]))];

        long episodes = (long)tasks.Length * options.Episodes;
        double total = tasks.Sum(task => Enumerable.Range(0, options.Episodes).Sum(index => now(task.Episode(index, EpisodeSpec.DefaultSeed))));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{tasks.Length} tasks, {episodes} episodes, {total / 3600:0.00} core hours of episodes"));
        Console.WriteLine($"| shards | {string.Join(" | ", deals.Select(deal => $"{deal.Name}: wall clock | idle | compilations"))} |");
        Console.WriteLine($"|---|{string.Concat(deals.Select(_ => "---|---|---|"))}");
        foreach (int shards in Shards.Where(shards => shards <= episodes))
        {
            var cells = deals.Select(deal => simulation.Play(deal.Deal, shards)).Select(result =>
                string.Create(CultureInfo.InvariantCulture, $"{Time(result.WallS)} | {result.Idle:0.0 %} | {result.Compilations}"));
            Console.WriteLine($"| {shards} | {string.Join(" | ", cells)} |");
        }
    }

    /// <summary>
    /// The 40 tasks of libero_spatial, libero_object, libero_goal and libero_10, with an episode each that ends at the suite's limit: a
    /// policy that never succeeds.
    /// </summary>
    private static EvalInfo LiberoLimits() => new(
        from suite in ((string Name, int Limit)[])[("libero_spatial", 280), ("libero_object", 280), ("libero_goal", 300), ("libero_10", 520)]
        from id in Enumerable.Range(0, 10)
        select new EpisodeRecord
        {
            Suite = "libero", TaskGroup = suite.Name, TaskId = id, Task = $"{suite.Name}/{id}", EpisodeIndex = 0, Seed = EpisodeSpec.DefaultSeed,
            Steps = suite.Limit, SumReward = 0, MaxReward = 0, Success = false, Timings = null,
        },
        0, "", null);

    private static string Time(double seconds) => seconds switch
    {
        >= 3600 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:0.00} h"),
        >= 60 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0.0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s"),
    };

    /// <summary>The most steps of a recorded episode of a group, where groups have different limits; null where all have the same.</summary>
    private static int? Most(EvalInfo run, TaskResult task)
    {
        var most = run.PerTask.GroupBy(other => other.TaskGroup).ToDictionary(group => group.Key, group => group.Max(other => other.Episodes.Max(episode => episode.Steps ?? 0)));
        return most.Values.Distinct().Count() > 1 && most.Count < run.PerTask.Count ? most[task.TaskGroup] : null;
    }

    /// <summary>The recorded episode that stands for an episode: those with an even index are of the earlier run.</summary>
    private static EpisodeRecord Of(EvalInfo run, EpisodeSpec episode, bool earlier)
    {
        var recorded = run.PerTask.Single(task => task.TaskGroup == episode.Task.Group && task.TaskId == episode.Task.Id).Episodes;
        var half = recorded.Where((_, i) => i % 2 == (earlier ? 0 : 1)).ToList();
        return half.Count == 0 ? recorded[0] : half[episode.Index % half.Count];
    }

    private static double Seconds(EvalInfo run, ScalingOptions options, EpisodeSpec episode, bool earlier)
    {
        var recorded = Of(run, episode, earlier);
        double seconds = options.StepMs > 0 ? recorded.Steps!.Value * options.StepMs / 1000 : recorded.Timings!.TotalS();
        if (options.Success is not { } success)
            return seconds;

        // The same numbers in every simulation of the same episode.
        var random = new Random(HashCode(episode) ^ (earlier ? 1 : 0));
        return random.NextDouble() < success ? seconds * (0.3 + 0.5 * random.NextDouble()) : seconds;

        static int HashCode(EpisodeSpec episode) => (int)(episode.PolicySeed & 0x7FFF_FFFE);
    }
}
