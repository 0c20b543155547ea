using System.Security.Cryptography;

namespace EvalCore.Remote.Connections;

/// <summary>
/// Answers that came twice, over all connections to a server. A network that repeats a message gives its episode up; when the same
/// bytes come twice once more, in the episode's repetition, it is the server that answers so. Thread-safe.
/// </summary>
internal sealed class RepeatedAnswers
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _seen = [];
    private bool _isOfServer;

    /// <summary>Takes note of an answer that came twice; whether the server itself gives equal answers.</summary>
    public bool IsOfServer(ReadOnlySpan<byte> answer)
    {
        string hash = Convert.ToHexStringLower(SHA256.HashData(answer));
        lock (_lock)
            return _isOfServer |= !_seen.Add(hash);
    }
}
