using System.Text.Json.Nodes;
using EvalCore.Planning;

namespace EvalCore.Commands.Display;

/// <summary>A plan as JSON. Rates, shares and probabilities are from 0 to 1.</summary>
internal static class PlanJson
{
    public static JsonObject Of(EvaluationPlan plan, double? seconds)
    {
        var options = plan.Options;
        return new JsonObject
        {
            ["rate"] = plan.Rate,
            ["drop"] = options.Drop / 100,
            ["power"] = options.Power,
            ["alpha"] = options.Alpha,
            ["shared_luck"] = options.SharedLuck / 100,
            ["eval_ep_s"] = seconds,
            ["unpaired"] = Row(plan.Unpaired),
            ["paired"] = Row(plan.Paired),
            ["gate"] = Gate(),
            ["unchanged"] = Row(plan.Unchanged),
            ["as_good"] = Row(plan.AsGood),
        };

        JsonObject Row(int? episodes) => new() { ["episodes"] = episodes, ["minutes"] = episodes * seconds / 60 };

        JsonObject Gate()
        {
            var row = Row(plan.Gate);
            row["with_drop"] = plan.WithDrop is { } with ? Figures(with, with.Failed) : null;
            row["without_drop"] = plan.WithoutDrop is { } without ? Figures(without, without.Passed) : null;
            return row;
        }

        JsonObject Figures(GateFigures figures, double share) => new()
        {
            ["fail"] = figures.Failed,
            ["pass"] = figures.Passed,
            ["standard_error"] = figures.StandardError(share),
            ["repetitions"] = figures.Repetitions,
            ["mean_episodes"] = figures.MeanPairs,
            ["mean_minutes"] = figures.MeanPairs * seconds / 60,
        };
    }
}
