using System.ComponentModel;

namespace EvalCore.Commands;

/// <summary>The flags of <c>evalcore compare</c> besides those of the comparison.</summary>
internal sealed class CompareFlags
{
    [Description("how the comparison is written")]
    public CompareFormat Format { get; set; } = CompareFormat.Table;
}
