namespace Benchmarks.Libero.Resets;

/// <summary>A pickle is not that of one array.</summary>
/// <param name="offset">The byte at which it is not.</param>
/// <param name="message">What is there.</param>
internal sealed class PickleException(int offset, string message) : Exception(message)
{
    /// <summary>The byte, from 0.</summary>
    public int Offset => offset;
}
