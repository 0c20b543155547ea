namespace EvalCore.Numerics;

/// <summary>The weight of one source pixel in one result pixel, along one axis.</summary>
/// <param name="Index">The index of the result pixel.</param>
/// <param name="Source">The index of the source pixel.</param>
/// <param name="Weight">The weight, 0 to 1.</param>
internal readonly record struct AreaTap(int Index, int Source, float Weight);
