namespace EvalCore.Commands;

/// <summary>How <c>evalcore shards</c> writes its result.</summary>
internal enum ShardsFormat
{
    /// <summary>Sentences, and the line that submits what is missing.</summary>
    Table,

    /// <summary>The numbers of the shards to submit, as <c>sbatch --array</c> takes them: <c>3,7</c>.</summary>
    Array,
}
