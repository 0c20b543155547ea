using Chipmunk;
using EvalCore;
using EvalCore.Diagnostics;

namespace Benchmarks.PushT;

/// <summary>What PushT needs on a machine.</summary>
public static class PushTChecks
{
    /// <summary>The checks.</summary>
    public static IReadOnlyList<Check> All { get; } = [new("Chipmunk", Find)];

    private static string Find()
    {
        var status = ChipmunkLibrary.Find();
        return status.Problem is null
            ? $"{status.Version}, {status.Path}"
            : throw new EvalCoreException(
                $"{status.Problem}; the first evaluation fetches it without root, or run '{ChipmunkLibrary.Fix}'");
    }
}
