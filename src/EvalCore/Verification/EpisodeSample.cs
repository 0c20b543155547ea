using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EvalCore.Results;

namespace EvalCore.Verification;

/// <summary>Chooses the episodes of a run that are played again.</summary>
internal static class EpisodeSample
{
    /// <summary>
    /// Draws episodes, spread evenly over the tasks. An episode's place depends on the seed and on its own name only, so the same
    /// seed draws the same episodes everywhere, and a larger sample contains the smaller one.
    /// </summary>
    /// <param name="episodes">The episodes of the run; at least one.</param>
    /// <param name="fraction">The share that is drawn, from 0 to 1.</param>
    /// <param name="seed">Draws the sample.</param>
    /// <returns>At least one episode, in the order of the run.</returns>
    public static IReadOnlyList<EpisodeRecord> Draw(IReadOnlyList<EpisodeRecord> episodes, double fraction, long seed)
    {
        // Decimal: 0.07 of 200 is 14, and in binary a bit more.
        int count = Math.Clamp((int)Math.Ceiling((decimal)fraction * episodes.Count), 1, episodes.Count);

        // Every task gives its first episode before any gives its second.
        var drawn = episodes.GroupBy(episode => episode.Key with { Index = 0 })
            .SelectMany(task => task.OrderBy(Place, StringComparer.Ordinal).Select((episode, round) => (episode, round)))
            .OrderBy(entry => entry.round).ThenBy(entry => Place(entry.episode), StringComparer.Ordinal)
            .Take(count).Select(entry => entry.episode.Key).ToHashSet();
        return [.. episodes.Where(episode => drawn.Contains(episode.Key))];

        string Place(EpisodeRecord episode) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"{seed}/{episode.Suite}/{episode.TaskGroup}/{episode.TaskId}/{episode.EpisodeIndex}"))));
    }
}
