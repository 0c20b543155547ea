using Chipmunk;
using EvalCore;
using EvalCore.Diagnostics;
using EvalCore.Environments;
using EvalCore.Evaluation;

namespace Benchmarks.PushT;

/// <summary>PushT, as a program is composed of.</summary>
public sealed class PushTSuite : ISuite
{
    /// <inheritdoc/>
    public IReadOnlyList<Check> Checks { get; } = [new("Chipmunk", FindChipmunk, Optional: true) { Fix = "evalcore assets fetch", Fetch = FetchChipmunk }];

    /// <inheritdoc/>
    public EnvConfig NewConfig() => new PushTConfig();

    private static string FindChipmunk()
    {
        var status = ChipmunkLibrary.Find();
        return status.Problem is null
            ? $"{status.Version}, {status.Path}"
            : throw new EvalCoreException(
                $"{status.Problem}; the first evaluation fetches it without root, or run '{ChipmunkLibrary.Fix}'");
    }

    private static string FetchChipmunk()
    {
        var status = ChipmunkLibrary.Restore(again: true);
        return status.Problem is null
            ? $"{status.Version}, {status.Path}"
            : throw new EvalCoreException($"{status.Problem}; or install it with '{ChipmunkLibrary.Fix}'");
    }
}
