namespace EvalCore.Commands;

/// <summary>How the result of a query is written.</summary>
internal enum QueryFormat
{
    /// <summary>Aligned columns, for a terminal.</summary>
    Table,

    /// <summary>Comma-separated values with a heading (RFC 4180).</summary>
    Csv,

    /// <summary>A list of objects.</summary>
    Json,
}
