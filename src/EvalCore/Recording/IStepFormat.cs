using EvalCore.Environments;

namespace EvalCore.Recording;

/// <summary>The format of the files with recorded steps. <c>EvalCore.Records</c> has Parquet's.</summary>
public interface IStepFormat
{
    /// <summary>The extension of a file's name, with its dot.</summary>
    string Extension { get; }

    /// <summary>Writes episodes to a new file, and returns when it is on disk. Its columns are those of any of them.</summary>
    /// <param name="path">The file. It is written under another name and renamed, so that it is never incomplete.</param>
    /// <param name="run">The name of the run: the column <c>run</c>.</param>
    /// <param name="episodes">The episodes.</param>
    /// <exception cref="EvalCoreException">The file cannot be written.</exception>
    void Write(string path, string run, IReadOnlyList<RecordedEpisode> episodes);

    /// <summary>The episodes of a file.</summary>
    /// <exception cref="EvalCoreException">The file cannot be read; the message names it.</exception>
    IReadOnlyList<EpisodeKey> EpisodesIn(string path);

    /// <summary>Reads an episode's actions, rewards and flags, without conditions and state.</summary>
    /// <param name="path">The file.</param>
    /// <param name="episode">One of <see cref="EpisodesIn"/>.</param>
    /// <exception cref="EvalCoreException">The file cannot be read, or does not contain the episode; the message names it.</exception>
    RecordedEpisode Read(string path, EpisodeKey episode);
}
