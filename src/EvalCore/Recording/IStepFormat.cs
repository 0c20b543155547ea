using EvalCore.Environments;

namespace EvalCore.Recording;

/// <summary>The format of the files with recorded steps. <c>EvalCore.Records</c> has Parquet's.</summary>
public interface IStepFormat
{
    /// <summary>The extension of a file's name, with its dot.</summary>
    string Extension { get; }

    /// <summary>
    /// Has the code that writes and reads files compiled, without a file: in a new process that takes longer than to write the first one.
    /// Called on another thread while the policy is loaded.
    /// </summary>
    void WarmUp()
    {
    }

    /// <summary>Writes episodes to a file, and returns when it is on disk. Its columns are those of any of them.</summary>
    /// <param name="path">The file. One that is there is replaced.</param>
    /// <param name="run">The name of the run: the column <c>run</c>.</param>
    /// <param name="episodes">The episodes.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    void Write(string path, string run, IReadOnlyList<RecordedEpisode> episodes);

    /// <summary>The episodes of a file, whose content is known to be what was written.</summary>
    /// <exception cref="EvalCoreException">The file cannot be read; the message names it.</exception>
    IReadOnlyList<EpisodeKey> EpisodesIn(string path);

    /// <summary>
    /// Reads the actions, rewards and flags of all episodes of a file, without conditions and state. Its content is known to be
    /// what was written.
    /// </summary>
    /// <exception cref="EvalCoreException">The file cannot be read; the message names it.</exception>
    IReadOnlyList<RecordedEpisode> Read(string path);

    /// <summary>Reads the rewards of the steps of all episodes of a file. Its content is known to be what was written.</summary>
    /// <exception cref="EvalCoreException">The file cannot be read; the message names it.</exception>
    IReadOnlyList<(EpisodeKey Episode, double[] Rewards)> ReadRewards(string path);

    /// <summary>
    /// Reads all of the episodes of a file: also the conditions and the state, where the format can. Its content is known to be
    /// what was written.
    /// </summary>
    /// <exception cref="EvalCoreException">The file cannot be read; the message names it.</exception>
    IReadOnlyList<RecordedEpisode> ReadWhole(string path);
}
