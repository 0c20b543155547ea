using System.Globalization;

namespace EvalCore.Results;

/// <summary>A shard of a run's episodes: the part that this process plays.</summary>
/// <param name="Index">The number of the shard, from 0.</param>
/// <param name="Count">The number of shards.</param>
public sealed record Shard(int Index, int Count)
{
    /// <summary>The whole run as one shard.</summary>
    public static Shard Whole { get; } = new(0, 1);

    /// <summary>How the episodes are dealt to the shards.</summary>
    internal ShardDeal Deal { get; init; } = ShardDeal.InTurn;

    /// <summary>Reads <c>i/n</c>, or the shard from the environment variables of an array job.</summary>
    /// <param name="value">
    /// The value of <c>--shard</c>: <c>i/n</c>; <c>auto/n</c> reads only i from the environment variables; null when
    /// the flag is not given.
    /// </param>
    /// <param name="variable">
    /// Reads an environment variable. Slurm's <c>SLURM_ARRAY_TASK_ID</c> counts from <c>_MIN</c> in steps of
    /// <c>_STEP</c>, with <c>_COUNT</c> tasks; where an array has not the n tasks of <c>auto/n</c>, as one that plays some shards
    /// again, the number of a task is that of its shard. Kubernetes' <c>JOB_COMPLETION_INDEX</c> counts from 0; the number of
    /// shards is not among its variables.
    /// </param>
    /// <exception cref="EvalCoreException">The value is malformed, or the number of shards is unknown.</exception>
    public static Shard Parse(string? value, Func<string, string?> variable)
    {
        if (value is not null && value.Split('/') is not ["auto", _])
            return ParsePair(value);
        string? given = value?["auto/".Length..];
        if (variable("SLURM_ARRAY_TASK_ID") is { Length: > 0 } task)
        {
            int step = Math.Max(Number("SLURM_ARRAY_TASK_STEP", variable("SLURM_ARRAY_TASK_STEP") ?? "1"), 1);
            int first = Number("SLURM_ARRAY_TASK_MIN", variable("SLURM_ARRAY_TASK_MIN") ?? "0");
            int id = Number("SLURM_ARRAY_TASK_ID", task);
            bool isPart = given is not null && variable("SLURM_ARRAY_TASK_MAX") is { Length: > 0 } last
                && (Number("SLURM_ARRAY_TASK_MAX", last) - first) / step + 1 != Number("--shard", given);
            return Of("SLURM_ARRAY_TASK_ID", isPart ? id : (id - first) / step, given ?? variable("SLURM_ARRAY_TASK_COUNT"));
        }

        if (variable("JOB_COMPLETION_INDEX") is { Length: > 0 } completion)
            return Of("JOB_COMPLETION_INDEX", Number("JOB_COMPLETION_INDEX", completion), given);
        return value is null
            ? Whole
            : throw new EvalCoreException(
                $"--shard: '{value}' needs SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX, and neither is set; give --shard=i/n");
    }

    /// <summary>The value of <c>--shard</c>.</summary>
    public override string ToString() => $"{Index}/{Count}";

    private static Shard ParsePair(string text)
    {
        string[] parts = text.Split('/');
        if (parts.Length != 2 || !TryNumber(parts[0], out int index) || !TryNumber(parts[1], out int count) || count < 1)
            throw new EvalCoreException($"--shard: '{text}' is not I/N, for example 0/4 for the first of four shards");
        return index < count
            ? new Shard(index, count)
            : throw new EvalCoreException($"--shard: '{text}' is out of range; shards are numbered from 0: 0/{count} to {count - 1}/{count}");
    }

    private static Shard Of(string variable, int index, string? count)
    {
        if (count is null)
            throw new EvalCoreException($"{variable} is set, but the number of shards is unknown; give --shard=auto/n, or --shard=0/1 to play all episodes");
        int n = Number("--shard", count);
        return index >= 0 && index < n
            ? new Shard(index, n)
            : throw new EvalCoreException($"{variable}: shard {index} of {n} is out of range; give --shard=i/n");
    }

    private static int Number(string name, string text) =>
        TryNumber(text, out int number) ? number : throw new EvalCoreException($"{name}: '{text}' is not a whole number, 0 or more");

    private static bool TryNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
