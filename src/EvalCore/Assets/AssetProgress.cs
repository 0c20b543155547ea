namespace EvalCore.Assets;

/// <summary>The progress of a fetch.</summary>
/// <param name="Files">The number of complete files.</param>
/// <param name="Bytes">The number of bytes, those of partial files included.</param>
public readonly record struct AssetProgress(int Files, long Bytes);
