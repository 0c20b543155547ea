namespace EvalCore.Environments;

/// <summary>An environment whose goal is a conjunction of conditions that can be read one by one.</summary>
public interface IGoalConditions
{
    /// <summary>The number of conditions of the task's goal.</summary>
    int ConditionCount { get; }

    /// <summary>Writes 1 for each condition that holds in the current state, else 0.</summary>
    void GetConditions(Span<byte> conditions);
}
