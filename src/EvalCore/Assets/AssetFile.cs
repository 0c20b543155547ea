namespace EvalCore.Assets;

/// <summary>A file of a benchmark.</summary>
/// <param name="Path">Its path relative to the set's folder, with <c>/</c> as separator.</param>
/// <param name="Bytes">Its length in bytes.</param>
/// <param name="Sha256">Its SHA-256 in lower-case hexadecimal.</param>
/// <param name="Parts">The parts of the set that the file belongs to; null for all of them, or where the set has no parts.</param>
public sealed record AssetFile(string Path, long Bytes, string Sha256, IReadOnlyList<string>? Parts = null);
