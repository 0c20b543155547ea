using EvalCore.Environments;

namespace EvalCore.Policies;

/// <summary>A policy that is one class and selects an action at each step.</summary>
public abstract class ReactivePolicy : EpisodePolicy
{
    /// <summary>Selects an action: LeRobot's <c>select_action</c>.</summary>
    /// <param name="observation">What the environment observes now. The buffer is reused, so data that is kept must be copied.</param>
    /// <param name="action">Receives the action, in the environment's units.</param>
    public abstract void SelectAction(Observation observation, Span<double> action);

    internal sealed override int Plan(Observation observation, ref double[] actions)
    {
        if (actions.Length != ActionSpace.Dimension)
            actions = new double[ActionSpace.Dimension];
        SelectAction(observation, actions);
        return 1;
    }
}
