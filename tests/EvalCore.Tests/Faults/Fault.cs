namespace EvalCore.Tests.Faults;

/// <summary>A fault at one operation of the disk.</summary>
/// <param name="Operation">The number of the operation, from 0.</param>
/// <param name="Kind">What happens.</param>
/// <param name="Bytes">
/// For a write, how many of its bytes are written; after a power failure, how many of them are zero. A negative number counts from the
/// end: times have more or fewer digits.
/// </param>
public sealed record Fault(int Operation, FaultKind Kind, int Bytes = 0)
{
    /// <summary>A byte in the middle of any line, before its first number that differs between two runs.</summary>
    private const int Middle = 40;

    /// <summary>All faults of an operation.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="length">The number of bytes it writes; null for an operation that is no write.</param>
    public static IEnumerable<Fault> Of(int number, int? length)
    {
        // A line is cut before it, after its first byte, in its middle, before its line feed; whole and not yet on disk is a fault of the
        // next operation.
        foreach (int count in length is null ? [0] : (int[])[0, 1, Middle, -1])
            yield return new Fault(number, FaultKind.Kill, count);
        yield return new Fault(number, FaultKind.FullDisk, length is null ? 0 : Middle);
        yield return new Fault(number, FaultKind.Glitch, length is null ? 0 : -1);
        if (length is null)
            yield break;
        yield return new Fault(number, FaultKind.PowerFailure, int.MaxValue);
        yield return new Fault(number, FaultKind.PowerFailure, Middle);
    }

    /// <summary>The number of bytes of a write.</summary>
    public int CountIn(int length) => Bytes < 0 ? Math.Max(length + Bytes, 0) : Math.Min(Bytes, length);
}
