using System.ComponentModel;

namespace EvalCore.Commands;

/// <summary>Selects the replayed episode.</summary>
internal sealed class EpisodeFlags
{
    [Description("the number of the stored initial state, for suites that have them")]
    public int InitStateId { get; set; }

    [Description("the number of the episode in its task, for suites whose reset depends on it besides the seed (LIBERO)")]
    public int EpisodeIndex { get; set; }
}
