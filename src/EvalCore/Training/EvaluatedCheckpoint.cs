using EvalCore.Results;

namespace EvalCore.Training;

/// <summary>A checkpoint that was evaluated, or could not be.</summary>
/// <param name="Checkpoint">The checkpoint.</param>
/// <param name="OutputDir">The output folder of its evaluation.</param>
/// <param name="Info">The result; null where there is none.</param>
/// <param name="Problem">Why there is no result, in one line; null where there is one.</param>
public sealed record EvaluatedCheckpoint(Checkpoint Checkpoint, string OutputDir, EvalInfo? Info, string? Problem)
{
    /// <summary>A checkpoint whose evaluation is over. One of which no episode could be played has no result.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="outputDir">The output folder of its evaluation.</param>
    /// <param name="info">What came of its episodes.</param>
    public static EvaluatedCheckpoint Of(Checkpoint checkpoint, string outputDir, EvalInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        return info is { Episodes.Count: 0, Errors: [var first, ..] }
            ? new EvaluatedCheckpoint(checkpoint, outputDir, null, $"no episode could be played: {first.Error}")
            : new EvaluatedCheckpoint(checkpoint, outputDir, info, null);
    }
}
