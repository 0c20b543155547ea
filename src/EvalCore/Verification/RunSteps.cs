using System.Text.Json.Nodes;
using EvalCore.Environments;
using EvalCore.Recording;
using EvalCore.Results;

namespace EvalCore.Verification;

/// <summary>The recorded steps of a result: those in its folder or, of a merged one, in the output folders of its runs.</summary>
internal sealed class RunSteps
{
    private readonly Dictionary<EpisodeKey, RecordedSteps> _stepsOf = [];

    /// <summary>Finds the steps of episodes.</summary>
    /// <param name="folder">The folder of the result.</param>
    /// <param name="info">The result.</param>
    /// <param name="runs">The provenance of the run, or of each run of a merged result.</param>
    /// <param name="episodes">The episodes.</param>
    /// <param name="format">The format of the files.</param>
    /// <exception cref="EvalCoreException">A file of steps is damaged.</exception>
    public RunSteps(string folder, EvalInfo info, IReadOnlyList<JsonObject> runs, IReadOnlyList<EpisodeRecord> episodes, IStepFormat format)
    {
        if (info.Provenance?["merged"] is null)
        {
            Add(new RecordedSteps(folder, format), episodes);
            return;
        }

        foreach (string run in runs.Select(run => Merge.Text(run["output_dir"])).OfType<string>().Where(Directory.Exists).Distinct())
            Add(new RecordedSteps(run, format), OfRun(run, episodes));
    }

    /// <summary>Whether the steps of an episode are there.</summary>
    public bool Contains(EpisodeKey episode) => _stepsOf.ContainsKey(episode);

    /// <summary>Reads all of an episode. Thread-safe.</summary>
    /// <exception cref="EvalCoreException">The file cannot be read.</exception>
    public RecordedEpisode Read(EpisodeKey episode) => _stepsOf[episode].ReadWhole(episode);

    private void Add(RecordedSteps steps, IEnumerable<EpisodeRecord> episodes)
    {
        foreach (var episode in episodes.Where(episode => steps.Contains(episode.Key)))
            _stepsOf[episode.Key] = steps;
    }

    /// <summary>The episodes that a folder has with the same result: another run may have been played in it since.</summary>
    private static IEnumerable<EpisodeRecord> OfRun(string folder, IReadOnlyList<EpisodeRecord> episodes)
    {
        try
        {
            var there = RunFolder.Load(folder).Episodes.ToDictionary(episode => episode.Key);
            return episodes.Where(episode => there.TryGetValue(episode.Key, out var same) && same.HasResultOf(episode));
        }
        catch (EvalCoreException)
        {
            // A folder without a result: the steps in it may be of any run.
            return [];
        }
    }
}
