using EvalCore.Results;

namespace EvalCore.Training;

/// <summary>A checkpoint that was evaluated, or could not be.</summary>
/// <param name="Checkpoint">The checkpoint.</param>
/// <param name="OutputDir">The output folder of its evaluation.</param>
/// <param name="Info">The result; null where there is none.</param>
/// <param name="Problem">Why there is no result, in one line; null where there is one.</param>
public sealed record EvaluatedCheckpoint(Checkpoint Checkpoint, string OutputDir, EvalInfo? Info, string? Problem);
