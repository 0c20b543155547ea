using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using EvalCore.Environments;
using EvalCore.Policies;

namespace PointGoal;

/// <summary>A policy in one class: <c>--policy.type=straight</c>.</summary>
[Description("goes straight to the goal")]
public sealed class StraightPolicy : ReactivePolicy
{
    [Description("the part of the remaining distance that a step covers")]
    [Range(0.0, 1.0)]
    public double Gain { get; set; } = 0.5;

    public override IReadOnlyList<string> ObservationKeys => [PointBenchmark.State];

    public override void SelectAction(Observation observation, Span<double> action)
    {
        var state = observation.Vector(PointBenchmark.State);
        action[0] = Gain * (state[2] - state[0]);
        action[1] = Gain * (state[3] - state[1]);
    }
}
