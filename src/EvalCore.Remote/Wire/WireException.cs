namespace EvalCore.Remote.Wire;

/// <summary>A message is not what the protocol describes. The message is a phrase that says what it is instead.</summary>
internal sealed class WireException(string message) : Exception(message);
