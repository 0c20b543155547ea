using System.ComponentModel;

namespace EvalCore.Cli.Commands;

/// <summary>Which episode of a task is replayed, where that decides about more than the seed.</summary>
internal sealed class EpisodeFlags
{
    [Description("the stored initial state of a suite that has them")]
    public int InitStateId { get; set; }
}
