using System.ComponentModel;

namespace EvalCore.Commands;

/// <summary>The flags of <c>evalcore query</c>.</summary>
internal sealed class QueryFlags
{
    [Description("how the result is written")]
    public QueryFormat Format { get; set; } = QueryFormat.Table;
}
