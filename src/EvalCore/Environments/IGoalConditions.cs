namespace EvalCore.Environments;

/// <summary>
/// An environment whose goal is a conjunction of conditions that can be read one by one. An episode's progress is the
/// largest share of them that hold after one step.
/// </summary>
public interface IGoalConditions
{
    /// <summary>The number of conditions of the task's goal: the same in every episode.</summary>
    int ConditionCount { get; }

    /// <summary>Writes 1 for each condition that holds in the current state, else 0. Allocates nothing.</summary>
    void GetConditions(Span<byte> conditions);
}
