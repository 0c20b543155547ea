using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using EvalCore.Environments;
using EvalCore.Files;

namespace EvalCore.Recording;

/// <summary>
/// A file with the steps of finished episodes: <c>steps/0001-3fa9c2d1b8e07f64.parquet</c>. Its name has its number, and the first 16
/// hexadecimal digits of the SHA-256 of its content: a damaged file is found before a format's library reads it, which might not end.
/// </summary>
internal sealed partial class StepPart
{
    /// <summary>The end of a file's name while it is written.</summary>
    public const string UnfinishedExtension = ".part";

    private readonly IStepFormat _format;
    private bool _isWhole;

    private StepPart(string path, int number, IStepFormat format) => (Path, Number, _format) = (path, number, format);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The number in its name, from 1.</summary>
    public int Number { get; }

    /// <summary>The files of a folder, in the order they were written.</summary>
    public static IReadOnlyList<StepPart> In(string folder, IStepFormat format) => Directory.Exists(folder)
        ? [.. Directory.EnumerateFiles(folder).Select(path => Of(path, format)).OfType<StepPart>().OrderBy(part => part.Number)]
        : [];

    /// <summary>Writes a file, and returns when it is on disk.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string folder, int number, IStepFormat format, string run, IReadOnlyList<RecordedEpisode> episodes, Disk? disk = null)
    {
        disk ??= Disk.Local;

        // Under another name until it is whole.
        string name = System.IO.Path.Combine(folder, number.ToString("0000", CultureInfo.InvariantCulture));
        string unfinished = $"{name}{format.Extension}{UnfinishedExtension}";
        format.Write(unfinished, run, episodes);
        disk.Move(unfinished, $"{name}-{Checksum(unfinished)}{format.Extension}");

        // The file's new name is on disk before the log is gone from it.
        disk.Flush(folder);
    }

    /// <summary>Checks that the file is as it was written.</summary>
    /// <exception cref="EvalCoreException">It is damaged, or cannot be read; the message names it.</exception>
    public void Check()
    {
        if (_isWhole)
            return;
        try
        {
            _isWhole = Name().Match(System.IO.Path.GetFileName(Path)).Groups["checksum"].Value == Checksum(Path);
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            throw EvalCoreException.CannotRead($"{Path}:", e);
        }

        if (!_isWhole)
            throw new EvalCoreException($"{Path}: is damaged: its content does not have the checksum in its name; delete it and resume the run to record its episodes again");
    }

    /// <summary>Its episodes.</summary>
    /// <exception cref="EvalCoreException">The file cannot be read; the message names it.</exception>
    public IReadOnlyList<EpisodeKey> Episodes()
    {
        Check();
        return _format.EpisodesIn(Path);
    }

    /// <summary>Reads the actions, rewards and flags of its episodes.</summary>
    /// <exception cref="EvalCoreException">The file cannot be read; the message names it.</exception>
    public IReadOnlyList<RecordedEpisode> Read()
    {
        Check();
        return _format.Read(Path);
    }

    /// <summary>Reads the rewards of the steps of its episodes.</summary>
    /// <exception cref="EvalCoreException">The file cannot be read; the message names it.</exception>
    public IReadOnlyList<(EpisodeKey Episode, double[] Rewards)> ReadRewards()
    {
        Check();
        return _format.ReadRewards(Path);
    }

    /// <summary>Reads all of its episodes: also the conditions and the state, where the format can.</summary>
    /// <exception cref="EvalCoreException">The file cannot be read; the message names it.</exception>
    public IReadOnlyList<RecordedEpisode> ReadWhole()
    {
        Check();
        return _format.ReadWhole(Path);
    }

    private static StepPart? Of(string path, IStepFormat format) =>
        Name().Match(System.IO.Path.GetFileName(path)) is { Success: true } name && name.Groups["extension"].Value == format.Extension
            && int.TryParse(name.Groups["number"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
            ? new StepPart(path, number, format)
            : null;

    private static string Checksum(string path)
    {
        using var file = InputFile.Open(path);
        return Convert.ToHexStringLower(SHA256.HashData(file))[..16];
    }

    [GeneratedRegex("^(?<number>[0-9]{4,9})-(?<checksum>[0-9a-f]{16})(?<extension>\\.[a-z]+)$")]
    private static partial Regex Name();
}
