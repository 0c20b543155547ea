using EvalCore.Environments;
using EvalCore.Recording;

namespace EvalCore.Records;

/// <summary>An episode in a file's metadata.</summary>
internal sealed record StoredEpisode(string Suite, string TaskGroup, int TaskId, string Task, int EpisodeIndex, long Seed, int? InitStateId, int ActionDimension, int Rows)
{
    public EpisodeKey Key => new(Suite, TaskGroup, TaskId, EpisodeIndex);

    public static StoredEpisode Of(RecordedEpisode episode) => new(
        episode.Suite, episode.TaskGroup, episode.TaskId, episode.Task, episode.EpisodeIndex, episode.Seed, episode.InitStateId, episode.Layout.ActionDimension, episode.Rows);
}
