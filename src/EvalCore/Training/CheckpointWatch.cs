using System.Globalization;
using EvalCore.Evaluation;

namespace EvalCore.Training;

/// <summary>
/// Tells which checkpoints are complete while a training run writes them: all of their files can be read, as far as this is known
/// without loading them, and have not changed for a moment.
/// </summary>
/// <param name="registry">The sources of policies.</param>
/// <param name="time">The clock.</param>
public sealed class CheckpointWatch(Registry registry, TimeProvider time)
{
    /// <summary>How often to look.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>How long the files of a complete checkpoint have not changed.</summary>
    public static readonly TimeSpan Settled = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, (string State, long Since)> _seen = [];

    /// <summary>The names, lengths and times of a checkpoint's files: what differs where it was changed.</summary>
    public static string StateOf(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        return string.Join('\n', Files(checkpoint).Select(file =>
            string.Create(CultureInfo.InvariantCulture, $"{file.Name} {(file.Exists ? file.Length : 0)} {file.LastWriteTimeUtc.Ticks}")).Order(StringComparer.Ordinal));
    }

    /// <summary>The size of a checkpoint's files, in bytes; null where they cannot be looked at.</summary>
    public static long? BytesOf(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        try
        {
            return Files(checkpoint).Select(file => file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file).Sum(file => file.Exists ? file.Length : 0);
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            return null;
        }
    }

    /// <summary>Why a checkpoint is not complete yet, in one line; null where it is.</summary>
    public string? Unready(Checkpoint checkpoint)
    {
        string state = StateOf(checkpoint);
        if (!_seen.TryGetValue(checkpoint.Path, out var seen) || seen.State != state)
            _seen[checkpoint.Path] = seen = (state, time.GetTimestamp());
        if (registry.Unfinished(checkpoint.Path) is { } missing)
            return missing;

        // What was there for long when the program started is not waited for.
        var newest = Files(checkpoint).Select(file => file.LastWriteTimeUtc).DefaultIfEmpty().Max();
        bool isOld = time.GetUtcNow().UtcDateTime - newest is var age && age >= Settled;
        return isOld || time.GetElapsedTime(seen.Since) >= Settled ? null : "its files changed a moment ago";
    }

    private static FileInfo[] Files(Checkpoint checkpoint)
    {
        try
        {
            return new DirectoryInfo(checkpoint.Path) is { Exists: true } folder ? folder.GetFiles() : [new FileInfo(checkpoint.Path)];
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            // A training run that keeps only its last checkpoints deletes others meanwhile.
            return [];
        }
    }
}
