using EvalCore.Comparisons;
using EvalCore.Evaluation;

namespace EvalCore.Gates;

/// <summary>Where the baseline of a policy and a suite is: <c>baselines/POLICY/SUITE.json</c>.</summary>
public static class BaselineFile
{
    /// <summary>The path of the baseline of an evaluation's policy and suite, relative to the current folder.</summary>
    public static string PathOf(EvalOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Path.Combine(Baseline.Folder, NameOf(options.Policy.Path ?? options.Policy.Type), $"{options.Env.Type}.json");
    }

    /// <summary>
    /// The name of a policy: that of its folder, or of the training run where it lies in LeRobot's
    /// <c>TRAINING_RUN/checkpoints/STEP/pretrained_model</c>, or of the folder above another <c>pretrained_model</c>; <c>owner--name</c> of a model on the Hub; otherwise what was given, with a
    /// dash for what a file name does not have.
    /// </summary>
    /// <param name="policy">The value of <c>--policy.path</c>, or the policy's type.</param>
    internal static string NameOf(string policy)
    {
        if (Path.Exists(policy))
        {
            string path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(policy));
            if (Path.GetFileName(path) == "pretrained_model" && Path.GetDirectoryName(path) is { } step)
            {
                // Of every training run the folders below have the same names.
                path = Path.GetDirectoryName(step) is { } checkpoints && Path.GetFileName(checkpoints) == "checkpoints"
                    ? Path.GetDirectoryName(checkpoints)!
                    : step;
            }

            return File.Exists(path) ? Path.GetFileNameWithoutExtension(path) : Path.GetFileName(path);
        }

        string name = policy.Split('@')[0].Replace("/", "--", StringComparison.Ordinal);
        return string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-' ? letter : '-')).TrimStart('.');
    }
}
