using EvalCore.Environments;

namespace EvalCore.Recording;

/// <summary>The recorded steps of a run: the files in the folder <c>steps</c> of its output folder.</summary>
public sealed class RecordedSteps
{
    private readonly string _outputDir;
    private readonly IReadOnlyList<StepPart> _parts;
    private readonly Lazy<Dictionary<EpisodeKey, StepPart>> _partOf;
    private readonly Lock _lock = new();

    /// <summary>The episodes of the file that was read last: the next one is often in the same.</summary>
    private (StepPart? Part, bool IsWhole, Dictionary<EpisodeKey, RecordedEpisode> Episodes) _last = (null, false, []);

    /// <summary>Finds the files.</summary>
    /// <param name="outputDir">The run's output folder.</param>
    /// <param name="format">The format of the files.</param>
    public RecordedSteps(string outputDir, IStepFormat format)
    {
        (_outputDir, _parts) = (outputDir, StepRecorder.PartsOf(outputDir, format));
        _partOf = new(() => _parts.SelectMany(part => part.Episodes().Select(key => (key, part))).GroupBy(entry => entry.key)
            .ToDictionary(entries => entries.Key, entries => entries.Last().part));
    }

    /// <summary>The files, in the order they were written.</summary>
    public IReadOnlyList<string> Files => [.. _parts.Select(part => part.Path)];

    /// <summary>Whether a run that goes on, or was killed, has steps that are in no file yet; <c>--resume</c> makes the file.</summary>
    public bool HasMore => StepRecorder.LogsOf(_outputDir).Count > 0;

    /// <summary>Checks that the files are as they were written, several at a time: for a reader that is not an <see cref="IStepFormat"/>.</summary>
    /// <exception cref="EvalCoreException">A file is damaged, or cannot be read; the message names it.</exception>
    public void Check()
    {
        Task[] checks = [.. _parts.Select(part => Task.Run(part.Check))];
        foreach (var check in checks)
            check.GetAwaiter().GetResult();
    }

    /// <summary>Whether an episode's steps are in one of the files.</summary>
    /// <exception cref="EvalCoreException">A file cannot be read.</exception>
    public bool Contains(EpisodeKey episode) => _partOf.Value.ContainsKey(episode);

    /// <summary>Reads an episode's actions, rewards and flags. Thread-safe.</summary>
    /// <exception cref="EvalCoreException">The file cannot be read.</exception>
    public RecordedEpisode Read(EpisodeKey episode) => Read(episode, isWhole: false);

    /// <summary>Reads all of an episode: also the conditions and the state, where the format can. Thread-safe.</summary>
    /// <exception cref="EvalCoreException">The file cannot be read.</exception>
    public RecordedEpisode ReadWhole(EpisodeKey episode) => Read(episode, isWhole: true);

    /// <summary>Reads the rewards of the steps of all episodes, from several files at a time.</summary>
    /// <exception cref="EvalCoreException">A file cannot be read.</exception>
    public IReadOnlyDictionary<EpisodeKey, double[]> ReadRewards()
    {
        Task<IReadOnlyList<(EpisodeKey Episode, double[] Rewards)>>[] parts = [.. _parts.Select(part => Task.Run(part.ReadRewards))];
        var rewards = new Dictionary<EpisodeKey, double[]>();

        // Of an episode in two files, the last counts, as in Read.
        foreach (var (episode, ofSteps) in parts.SelectMany(part => part.GetAwaiter().GetResult()))
            rewards[episode] = ofSteps;
        return rewards;
    }

    private RecordedEpisode Read(EpisodeKey episode, bool isWhole)
    {
        var part = _partOf.Value[episode];
        lock (_lock)
        {
            if (_last.Part != part || _last.IsWhole != isWhole)
                _last = (part, isWhole, (isWhole ? part.ReadWhole() : part.Read()).ToDictionary(recorded => recorded.Key));
            return _last.Episodes[episode];
        }
    }
}
