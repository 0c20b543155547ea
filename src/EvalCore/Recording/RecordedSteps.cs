using EvalCore.Environments;

namespace EvalCore.Recording;

/// <summary>The recorded steps of a run: the files in the folder <c>steps</c> of its output folder.</summary>
/// <param name="outputDir">The run's output folder.</param>
/// <param name="format">The format of the files.</param>
public sealed class RecordedSteps(string outputDir, IStepFormat format)
{
    private readonly Lazy<Dictionary<EpisodeKey, string>> _fileOf = new(() => Index(outputDir, format));

    /// <summary>The files, in the order they were written.</summary>
    public IReadOnlyList<string> Files { get; } = StepRecorder.PartsOf(outputDir, format);

    /// <summary>Whether a run that goes on, or was killed, has steps that are in no file yet; <c>--resume</c> makes the file.</summary>
    public bool HasMore => StepRecorder.LogsOf(outputDir).Count > 0;

    /// <summary>Whether an episode's steps are in one of the files.</summary>
    /// <exception cref="EvalCoreException">A file cannot be read.</exception>
    public bool Contains(EpisodeKey episode) => _fileOf.Value.ContainsKey(episode);

    /// <summary>Reads an episode's actions, rewards and flags. Thread-safe.</summary>
    /// <exception cref="EvalCoreException">The file cannot be read.</exception>
    public RecordedEpisode Read(EpisodeKey episode) => format.Read(_fileOf.Value[episode], episode);

    private static Dictionary<EpisodeKey, string> Index(string outputDir, IStepFormat format)
    {
        var fileOf = new Dictionary<EpisodeKey, string>();
        foreach (string file in StepRecorder.PartsOf(outputDir, format))
        {
            foreach (var episode in format.EpisodesIn(file))
                fileOf[episode] = file;
        }

        return fileOf;
    }
}
