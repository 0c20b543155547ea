using System.Globalization;
using System.IO.Enumeration;
using System.Text.RegularExpressions;
using EvalCore.Evaluation;

namespace EvalCore.Training;

/// <summary>
/// A training run's checkpoints: a folder with one folder for each, named by its training step as lerobot-train names it
/// (<c>checkpoints/005000/pretrained_model</c>), the folder above it, or a pattern that names such folders. Names such as
/// <c>checkpoint-5000</c> and <c>step_5000</c> are steps, too. What has another name is left out: the link <c>last</c>.
/// </summary>
/// <param name="path">The folder, or a pattern with <c>*</c> and <c>?</c>.</param>
/// <param name="registry">The sources of policies.</param>
public sealed partial class TrainingRun(string path, Registry registry)
{
    private const string Checkpoints = "checkpoints";

    /// <summary>The folder, or the pattern.</summary>
    public string Path => path;

    /// <summary>Whether it is a folder that is not there yet.</summary>
    public bool IsMissing => !IsPattern(path) && !System.IO.Path.Exists(path);

    /// <summary>Whether a value of <c>--policy.path</c> names a training run and not one policy.</summary>
    /// <param name="path">The value.</param>
    /// <param name="registry">The sources of policies.</param>
    /// <param name="mayBeEmpty">Whether a folder counts that has no checkpoint yet, or is not there yet.</param>
    public static bool IsAt(string path, Registry registry, bool mayBeEmpty)
    {
        ArgumentNullException.ThrowIfNull(registry);
        if (IsPattern(path))
            return true;

        // lerobot-train makes its folder with the first checkpoint. OWNER/NAME could be a policy of the Hub, which has no checkpoints to wait for.
        if (mayBeEmpty && !System.IO.Path.Exists(path) && !IsAddress(path))
            return true;
        return Directory.Exists(path) && registry.PolicyIn(path) is null && (mayBeEmpty || Folders(path).Any(folder => StepOf(folder) is not null));
    }

    /// <summary>The checkpoints that are there now, in the order of their training steps. One may be half-written.</summary>
    /// <exception cref="EvalCoreException">Two checkpoints are of the same step.</exception>
    public IReadOnlyList<Checkpoint> Find()
    {
        var found = (IsPattern(path) ? Matches(path).Select(Named) : Folders(path).Select(At)).OfType<Checkpoint>()
            .OrderBy(checkpoint => checkpoint.Step).ThenBy(checkpoint => checkpoint.Path, StringComparer.Ordinal).ToList();
        foreach (var (one, two) in found.Zip(found.Skip(1)))
        {
            if (one.Step == two.Step)
                throw new EvalCoreException($"--policy.path: two checkpoints are of step {one.Step}: {one.Path} and {two.Path}; name the checkpoints of one training run");
        }

        return found;
    }

    /// <summary>The exception for a path without a checkpoint.</summary>
    public EvalCoreException None() => new(IsPattern(path)
        ? $"--policy.path: '{path}' matches no checkpoint: no folder that is named by its training step (005000) and has a policy"
        : $"--policy.path: '{path}' has no checkpoint: none of the folders in it that are named by a training step (005000) has a policy");

    /// <summary>Whether a path is a pattern; the address of a server, which may have a question mark and a key after it, is none.</summary>
    private static bool IsPattern(string path) => path.AsSpan().ContainsAny('*', '?') && !IsAddress(path) && !System.IO.Path.Exists(path);

    private static bool IsAddress(string path) => path.Contains("://", StringComparison.Ordinal);

    /// <summary>The step that the name of a folder says; null for another name.</summary>
    private static long? StepOf(string folder) =>
        StepName().Match(System.IO.Path.GetFileName(folder)) is { Success: true } match ? long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : null;

    /// <summary>The folders in a folder of checkpoints, or in that of a training run.</summary>
    private static string[] Folders(string path)
    {
        string[] own = Subfolders(path);
        return own.Any(folder => StepOf(folder) is not null) ? own : Subfolders(System.IO.Path.Combine(path, Checkpoints));
    }

    private static string[] Subfolders(string folder)
    {
        try
        {
            return Directory.Exists(folder) ? Directory.GetDirectories(folder) : [];
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            throw EvalCoreException.CannotRead($"--policy.path: '{folder}'", e);
        }
    }

    /// <summary>The folders that a pattern names, each part of it for itself.</summary>
    private static IEnumerable<string> Matches(string pattern)
    {
        IEnumerable<string> folders = [System.IO.Path.IsPathRooted(pattern) ? System.IO.Path.GetPathRoot(pattern)! : ""];
        foreach (string part in pattern.Split('/', System.IO.Path.DirectorySeparatorChar).Where(part => part.Length > 0))
        {
            folders = part.AsSpan().ContainsAny('*', '?')
                ? folders.SelectMany(folder => Subfolders(folder.Length == 0 ? "." : folder)
                    .Select(inside => System.IO.Path.GetFileName(inside))
                    .Where(name => FileSystemName.MatchesSimpleExpression(part, name, ignoreCase: false) && (name[0] != '.' || part[0] == '.'))
                    .Select(name => System.IO.Path.Combine(folder, name)))
                : folders.Select(folder => System.IO.Path.Combine(folder, part)).Where(Directory.Exists);
        }

        return folders;
    }

    /// <summary>The checkpoint in a folder that is named by its step; null where there is none.</summary>
    private Checkpoint? At(string folder) =>
        StepOf(folder) is { } step && registry.PolicyIn(folder) is { } policy ? new Checkpoint(step, System.IO.Path.GetFileName(folder), policy) : null;

    /// <summary>The checkpoint of a folder that a pattern names: the folder of the step, or that of the policy in it.</summary>
    private Checkpoint? Named(string folder) =>
        At(folder) ?? (StepOf(folder) is null && System.IO.Path.GetDirectoryName(folder) is { } above && At(above) is { } checkpoint
            && System.IO.Path.GetFullPath(checkpoint.Path) == System.IO.Path.GetFullPath(folder) ? checkpoint : null);

    [GeneratedRegex(@"^(?:(?:checkpoint|ckpt|step|iter|iteration)[-_=]?)?([0-9]{1,18})$", RegexOptions.IgnoreCase)]
    private static partial Regex StepName();
}
