using EvalCore.Environments;
using EvalCore.Results;
using EvalCore.Rollout;

namespace EvalCore.Benchmarks.Scaling;

/// <summary>
/// A run in shards of one core each, with the episodes that <see cref="EpisodePlan"/> deals: each shard starts, compiles the model
/// of a task before its first episode of it, and plays its episodes one after the other.
/// </summary>
/// <param name="tasks">The tasks.</param>
/// <param name="perTask">The episodes of each.</param>
/// <param name="seconds">The core seconds of an episode.</param>
/// <param name="startS">The core seconds until a shard plays.</param>
/// <param name="compileS">The core seconds to compile the model of a task.</param>
internal sealed class ShardSimulation(IReadOnlyList<EnvTask> tasks, int perTask, Func<EpisodeSpec, double> seconds, double startS, double compileS)
{
    /// <summary>Plays all shards.</summary>
    /// <param name="deal">How the episodes are dealt.</param>
    /// <param name="shards">The number of shards.</param>
    /// <returns>
    /// The wall clock, which is that of the longest shard, in seconds; the share of the cores' time in which a core waits for that
    /// shard; the number of compilations of all shards.
    /// </returns>
    public (double WallS, double Idle, int Compilations) Play(ShardDeal deal, int shards)
    {
        double wall = 0, busy = 0;
        int compilations = 0;
        for (int shard = 0; shard < shards; shard++)
        {
            double own = startS;
            EnvTask? last = null;
            foreach (var episode in new EpisodePlan(tasks, perTask, EpisodeSpec.DefaultSeed, new Shard(shard, shards) { Deal = deal }))
            {
                if (episode.Task != last)
                {
                    own += compileS;
                    compilations++;
                    last = episode.Task;
                }

                own += seconds(episode);
            }

            wall = Math.Max(wall, own);
            busy += own;
        }

        return (wall, 1 - busy / (shards * wall), compilations);
    }
}
