using System.ComponentModel;

namespace EvalCore.Commands;

/// <summary>Selects the stored initial state of a replayed episode.</summary>
internal sealed class EpisodeFlags
{
    [Description("the number of the stored initial state, for suites that have them")]
    public int InitStateId { get; set; }
}
