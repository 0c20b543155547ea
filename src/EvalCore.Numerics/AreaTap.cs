namespace EvalCore.Numerics;

/// <summary>A source pixel's part of a result pixel.</summary>
/// <param name="Index">The result pixel.</param>
/// <param name="Source">The source pixel.</param>
/// <param name="Weight">Its part, 0 to 1.</param>
internal readonly record struct AreaTap(int Index, int Source, float Weight);
