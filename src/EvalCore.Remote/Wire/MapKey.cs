namespace EvalCore.Remote.Wire;

/// <summary>A key of a map: msgpack's str or its bin, which are different keys.</summary>
/// <param name="Text">The string; of a bin each byte as the character of its number.</param>
/// <param name="IsBinary">True for a bin.</param>
internal readonly record struct MapKey(string Text, bool IsBinary);
