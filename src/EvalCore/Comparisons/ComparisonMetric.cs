namespace EvalCore.Comparisons;

/// <summary>What two runs are compared by.</summary>
public enum ComparisonMetric
{
    /// <summary>Whether an episode succeeded.</summary>
    Success,

    /// <summary>The largest reward of a step.</summary>
    MaxReward,

    /// <summary>The sum of an episode's rewards.</summary>
    SumReward,

    /// <summary>The largest share of the goal's conditions that held after one step.</summary>
    Progress,

    /// <summary>The number of steps: fewer are better.</summary>
    Steps,
}
