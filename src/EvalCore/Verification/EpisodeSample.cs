using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EvalCore.Options;
using EvalCore.Results;

namespace EvalCore.Verification;

/// <summary>Chooses the episodes of a run that are played again.</summary>
internal static class EpisodeSample
{
    /// <summary>
    /// Draws episodes, spread evenly over the tasks. An episode's place depends on the seed and on its own name only, so the same
    /// seed draws the same episodes everywhere, and a larger sample contains the smaller one.
    /// </summary>
    /// <param name="episodes">The episodes of the run.</param>
    /// <param name="fraction">The share that is drawn, from 0 to 1.</param>
    /// <param name="seed">Draws the sample.</param>
    /// <returns>At least one episode, in the order of the run.</returns>
    public static IReadOnlyList<EpisodeRecord> Draw(IReadOnlyList<EpisodeRecord> episodes, double fraction, long seed)
    {
        int count = Math.Clamp((int)Math.Ceiling(fraction * episodes.Count), 1, episodes.Count);

        // Every task gives its first episode before any gives its second.
        var drawn = episodes.GroupBy(episode => episode.Key with { Index = 0 })
            .SelectMany(task => task.OrderBy(Place, StringComparer.Ordinal).Select((episode, round) => (episode, round)))
            .OrderBy(entry => entry.round).ThenBy(entry => Place(entry.episode), StringComparer.Ordinal)
            .Take(count).Select(entry => entry.episode.Key).ToHashSet();
        return [.. episodes.Where(episode => drawn.Contains(episode.Key))];

        string Place(EpisodeRecord episode) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"{seed}/{episode.Suite}/{episode.TaskGroup}/{episode.TaskId}/{episode.EpisodeIndex}"))));
    }

    /// <summary>The episodes that names choose: <c>TASK:K</c>, where the task may be a group of tasks, or <c>K</c>.</summary>
    /// <param name="episodes">The episodes of the run.</param>
    /// <param name="names">The names.</param>
    /// <param name="run">The run, for messages.</param>
    /// <returns>The episodes, in the order of the run.</returns>
    /// <exception cref="EvalCoreException">A name is malformed, or no episode has it.</exception>
    public static IReadOnlyList<EpisodeRecord> Named(IReadOnlyList<EpisodeRecord> episodes, IReadOnlyList<string> names, string run)
    {
        var chosen = names.SelectMany(name => Of(episodes, name, run)).Select(episode => episode.Key).ToHashSet();
        return [.. episodes.Where(episode => chosen.Contains(episode.Key))];
    }

    private static IEnumerable<EpisodeRecord> Of(IReadOnlyList<EpisodeRecord> episodes, string name, string run)
    {
        int colon = name.LastIndexOf(':');
        string task = colon < 0 ? "" : name[..colon];
        if (!int.TryParse(name[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int index))
            throw new EvalCoreException($"--episode: '{name}' is not TASK:K, for example {episodes[0].Task}:7, nor the number of an episode, from 0");
        List<EpisodeRecord> ofTask = colon < 0 ? [.. episodes] : [.. episodes.Where(episode => episode.Task == task || episode.TaskGroup == task)];
        if (ofTask.Count == 0)
        {
            string[] known = [.. episodes.SelectMany(episode => (string[])[episode.Task, episode.TaskGroup]).Distinct()];
            throw new EvalCoreException($"--episode: {run} has no task or group '{task}'{Nearest.Hint(task, known)}");
        }

        List<EpisodeRecord> found = [.. ofTask.Where(episode => episode.EpisodeIndex == index)];
        return found.Count > 0
            ? found
            : throw new EvalCoreException($"--episode: {run} has no episode {index}{(colon < 0 ? "" : $" of {task}")}; the last one is {ofTask.Max(episode => episode.EpisodeIndex)}");
    }
}
