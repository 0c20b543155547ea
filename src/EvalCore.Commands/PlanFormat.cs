namespace EvalCore.Commands;

/// <summary>How a plan is written.</summary>
internal enum PlanFormat
{
    /// <summary>For a terminal.</summary>
    Table,

    /// <summary>For programs.</summary>
    Json,
}
