using System.Text.Json.Nodes;
using EvalCore.Options;
using EvalCore.Results;
using EvalCore.Statistics;
using EvalCore.Statistics.Paired;
using EvalCore.Statistics.Unpaired;

namespace EvalCore.Comparisons;

/// <summary>
/// A comparison as JSON. Rates and differences are from -1 to 1, second minus first; <c>b_worse</c> and <c>b_better</c> are one-sided.
/// </summary>
public static class ComparisonJson
{
    /// <summary>Writes a comparison.</summary>
    public static JsonObject Of(Comparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        var json = new JsonObject
        {
            ["metric"] = comparison.Options.MetricName,
            ["paired"] = comparison.Episodes.Pairing != Pairing.None,
            ["pairing"] = comparison.Episodes.Pairing == Pairing.None ? null : OptionReader.ToJson(comparison.Episodes.Pairing),
        };
        Add(json, comparison.Overall);
        if (comparison.Metric is { } metric)
        {
            json["mean"] = new JsonObject { ["a"] = metric.A, ["b"] = metric.B, ["difference"] = metric.B - metric.A };
            json["sequential"] = metric.Sequential is null ? null : Of(metric.Sequential);
        }

        json["tasks"] = new JsonArray([.. comparison.Tasks.Select((task, i) =>
        {
            var part = Add(new JsonObject { ["task"] = task.Name }, task);
            part["holm"] = comparison.Holm[i];
            part["benjamini_hochberg"] = comparison.BenjaminiHochberg[i];
            return part;
        })]);
        json["groups"] = new JsonArray([.. comparison.Groups.Select(group => Add(new JsonObject { ["group"] = group.Name }, group))]);
        json["discordant"] = new JsonArray([.. comparison.Discordant.Select(Of)]);
        json["smallest_drop"] = comparison.SmallestDrop();
        json["more_pairs"] = comparison.MorePairs();
        json["verdict"] = OptionReader.ToJson(comparison.Verdict);
        json["not_comparable"] = Lines(comparison.Comparability.Reasons);
        json["differences"] = Lines(comparison.Comparability.Differences);
        json["notes"] = Lines(comparison.Episodes.Notes);
        return json;
    }

    private static JsonObject Add(JsonObject json, RateComparison rates)
    {
        json["n"] = rates.Outcomes?.Count;
        json["a"] = Of(rates.A);
        json["b"] = Of(rates.B);
        json["difference"] = Number(rates.Difference);
        json[rates.Outcomes is null ? "newcombe_95" : "tango_95"] = Of(rates.Interval95);
        json["tests"] = rates.Outcomes is { } outcomes ? Tests(outcomes) : Tests(rates.Unpaired);
        json["sequential"] = rates.Sequential is null ? null : Of(rates.Sequential);
        return json;
    }

    private static JsonObject Tests(PairedOutcomes outcomes) => new()
    {
        ["mcnemar_two_sided"] = McNemarTest.TwoSided(outcomes),
        ["mcnemar_midp_two_sided"] = McNemarTest.MidPTwoSided(outcomes),
        ["b_worse"] = McNemarTest.SecondWorse(outcomes),
        ["b_better"] = McNemarTest.SecondBetter(outcomes),
    };

    private static JsonObject Tests(UnpairedOutcomes outcomes)
    {
        var json = new JsonObject();
        foreach (var (name, alternative) in ((string, Alternative)[])[("two_sided", Alternative.TwoSided), ("b_worse", Alternative.Greater), ("b_better", Alternative.Less)])
        {
            json[$"fisher_{name}"] = FisherTest.PValue(outcomes, alternative);
            json[$"barnard_{name}"] = BarnardTest.PValue(outcomes, alternative);
            json[$"boschloo_{name}"] = BoschlooTest.PValue(outcomes, alternative);
        }

        return json;
    }

    private static JsonObject Of(RunSummary run) => new()
    {
        ["successes"] = run.Successes,
        ["n"] = run.Episodes,
        ["rate"] = Number(run.Rate),
        ["wilson_95"] = Of(run.Wilson95),
        ["clopper_pearson_95"] = Of(run.ClopperPearson95),
    };

    private static JsonObject Of(SequentialComparison tests) => new()
    {
        ["alpha"] = tests.Alpha,
        ["n_planned"] = tests.NPlanned,
        ["margin"] = tests.Margin,
        ["b_worse_stop"] = tests.BWorseStop,
        ["b_better_stop"] = tests.BBetterStop,
        ["within_margin_stop"] = tests.WithinMarginStop,
    };

    private static JsonObject Of(EpisodePair pair) => new()
    {
        ["task"] = pair.A.Task,
        ["episode_index"] = pair.A.EpisodeIndex,
        ["seed"] = pair.A.Seed ?? pair.B.Seed,
        ["init_state_id"] = pair.A.InitStateId ?? pair.B.InitStateId,
        ["a"] = Of(pair.A),
        ["b"] = Of(pair.B),
    };

    private static JsonObject Of(EpisodeRecord episode) => new()
    {
        ["success"] = episode.Success,
        ["max_reward"] = Number(episode.MaxReward),
        ["steps"] = episode.Steps,
        ["video_path"] = episode.VideoPath,
    };

    private static JsonArray Of(Interval interval) => [Number(interval.Low), Number(interval.High)];

    private static JsonArray Lines(IReadOnlyList<string> lines) => new([.. lines.Select(line => (JsonNode?)line)]);

    // JSON has no number for what is not finite.
    private static JsonNode? Number(double value) => double.IsFinite(value) ? value : null;
}
