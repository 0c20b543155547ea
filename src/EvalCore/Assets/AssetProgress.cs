namespace EvalCore.Assets;

/// <summary>How far a fetch is.</summary>
/// <param name="Files">Files that are there.</param>
/// <param name="Bytes">Bytes that are there.</param>
public readonly record struct AssetProgress(int Files, long Bytes);
