using EvalCore.Environments;

namespace EvalCore.Recording;

/// <summary>What is recorded of a step, as a row of float64 numbers: reward, flags, action, conditions of the goal, state.</summary>
/// <param name="ActionDimension">The number of values of an action.</param>
/// <param name="Conditions">The number of the goal's conditions; 0 where they cannot be read one by one.</param>
/// <param name="State">The vectors of the simulator's state; empty where it cannot be read.</param>
public sealed record StepLayout(int ActionDimension, int Conditions, IReadOnlyList<StateField> State)
{
    /// <summary>The place of the reward.</summary>
    public const int Reward = 0;

    /// <summary>The place of the flag that the task ended the episode: 0 or 1.</summary>
    public const int Terminated = 1;

    /// <summary>The place of the flag that the time limit ended the episode: 0 or 1.</summary>
    public const int Truncated = 2;

    /// <summary>The place of the flag that the task counts as solved: 0 or 1.</summary>
    public const int Success = 3;

    /// <summary>The place of the action's first value.</summary>
    public const int Action = 4;

    /// <summary>The number of values of a row.</summary>
    public int Width { get; } = Action + ActionDimension + Conditions + State.Sum(field => field.Length);

    /// <summary>The place of the first condition, 0 or 1 each.</summary>
    public int FirstCondition => Action + ActionDimension;

    /// <summary>The place of the first vector of the state.</summary>
    public int FirstState => FirstCondition + Conditions;
}
