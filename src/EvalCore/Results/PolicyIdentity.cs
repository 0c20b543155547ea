namespace EvalCore.Results;

/// <summary>Identifies the policy of a run.</summary>
/// <param name="Type">Its type, for example <c>act</c>.</param>
/// <param name="Facts">
/// Further facts that identify it: hashes of its files, replaced fields, versions, the device.
/// </param>
public sealed record PolicyIdentity(string Type, IReadOnlyDictionary<string, string> Facts);
