namespace EvalCore.Recording;

/// <summary>What a run records of its episodes besides their results: the values of <c>--eval.record</c>.</summary>
public enum RecordedData
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Each step: action, reward, flags, conditions of the goal and the simulator's state.</summary>
    Steps,
}
