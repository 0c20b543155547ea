namespace EvalCore.Commands;

/// <summary>How a comparison is written.</summary>
internal enum CompareFormat
{
    /// <summary>For a terminal.</summary>
    Table,

    /// <summary>For programs.</summary>
    Json,

    /// <summary>For a pull request.</summary>
    Markdown,
}
