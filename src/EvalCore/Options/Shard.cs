using System.Globalization;

namespace EvalCore.Options;

/// <summary>Which slice of a run's episodes this process plays.</summary>
/// <param name="Index">The number of the slice, from 0.</param>
/// <param name="Count">How many slices there are.</param>
public sealed record Shard(int Index, int Count)
{
    /// <summary>The run undivided.</summary>
    public static Shard Whole { get; } = new(0, 1);

    /// <summary>Reads <c>i/n</c>, or takes what an array job says of itself.</summary>
    /// <param name="text">
    /// The value of <c>--shard</c>: <c>i/n</c>; <c>auto/n</c> for a job that knows its index alone; null where the flag
    /// is not given.
    /// </param>
    /// <param name="variable">
    /// Reads an environment variable. Slurm's <c>SLURM_ARRAY_TASK_ID</c> counts from <c>_MIN</c> in steps of
    /// <c>_STEP</c>, with <c>_COUNT</c> tasks; Kubernetes' <c>JOB_COMPLETION_INDEX</c> counts from 0 and does not say
    /// of how many.
    /// </param>
    /// <exception cref="EvalCoreException">The value is malformed, or the job does not say how many slices there are.</exception>
    public static Shard Parse(string? text, Func<string, string?> variable)
    {
        if (text is not null && text.Split('/') is not ["auto", _])
            return ParsePair(text);
        string? given = text?["auto/".Length..];
        if (variable("SLURM_ARRAY_TASK_ID") is { Length: > 0 } task)
        {
            int step = Number("SLURM_ARRAY_TASK_STEP", variable("SLURM_ARRAY_TASK_STEP") ?? "1");
            int first = Number("SLURM_ARRAY_TASK_MIN", variable("SLURM_ARRAY_TASK_MIN") ?? "0");
            int index = (Number("SLURM_ARRAY_TASK_ID", task) - first) / Math.Max(step, 1);
            return Of("SLURM_ARRAY_TASK_ID", index, given ?? variable("SLURM_ARRAY_TASK_COUNT"));
        }

        if (variable("JOB_COMPLETION_INDEX") is { Length: > 0 } completion)
            return Of("JOB_COMPLETION_INDEX", Number("JOB_COMPLETION_INDEX", completion), given);
        return text is null
            ? Whole
            : throw new EvalCoreException(
                $"--shard: '{text}' needs SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX, and neither is set; give --shard=i/n");
    }

    /// <summary>As <c>--shard</c> takes it.</summary>
    public override string ToString() => $"{Index}/{Count}";

    private static Shard ParsePair(string text)
    {
        string[] parts = text.Split('/');
        if (parts.Length != 2 || !TryNumber(parts[0], out int index) || !TryNumber(parts[1], out int count) || count < 1)
            throw new EvalCoreException($"--shard: '{text}' is not i/n, for example 0/4 for the first of four slices");
        return index < count
            ? new Shard(index, count)
            : throw new EvalCoreException($"--shard: '{text}' is out of range; slices count from 0: 0/{count} to {count - 1}/{count}");
    }

    private static Shard Of(string variable, int index, string? count)
    {
        if (count is null)
            throw new EvalCoreException($"{variable} is set, but not how many slices there are; give --shard=auto/n, or --shard=0/1 to run everything");
        int n = Number("--shard", count);
        return index >= 0 && index < n
            ? new Shard(index, n)
            : throw new EvalCoreException($"{variable}: slice {index} of {n} is out of range; give --shard=i/n");
    }

    private static int Number(string name, string text) =>
        TryNumber(text, out int number) ? number : throw new EvalCoreException($"{name}: '{text}' is not a whole number from 0 up");

    private static bool TryNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
