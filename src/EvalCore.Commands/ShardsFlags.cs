using System.ComponentModel;

namespace EvalCore.Commands;

/// <summary>The flags of <c>evalcore shards</c>.</summary>
internal sealed class ShardsFlags
{
    [Description("array: only the numbers of the shards that are not whole, for sbatch --array; nothing where all are")]
    public ShardsFormat Format { get; set; } = ShardsFormat.Table;
}
