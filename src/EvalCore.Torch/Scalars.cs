using System.Collections.Concurrent;
using TorchSharp;

namespace EvalCore.Torch;

/// <summary>
/// Numbers as torch takes them, kept for good. A <see cref="Scalar"/> is a native object with a finalizer, and
/// TorchSharp (0.107) does not keep it alive while libtorch reads it: one that is made for a single call, also
/// silently as in <c>x + y</c>, can be freed under that call by a collection, and the call fails or computes with
/// something else. So every operation on the way from observation to action names its numbers from here.
/// </summary>
internal static class Scalars
{
    private static readonly ConcurrentDictionary<double, Scalar> Kept = new();
    private static readonly ConcurrentDictionary<float, Scalar> KeptSingle = new();

    /// <summary>One, also the factor that <c>add</c> and <c>sub</c> give their second operand.</summary>
    public static Scalar One { get; } = 1;

    /// <summary>Two.</summary>
    public static Scalar Two { get; } = 2;

    /// <summary>A number of double precision.</summary>
    public static Scalar Of(double value) => Kept.GetOrAdd(value, static v => v);

    /// <summary>A number of single precision.</summary>
    public static Scalar Of(float value) => KeptSingle.GetOrAdd(value, static v => v);

    /// <summary>x + y.</summary>
    public static torch.Tensor Plus(this torch.Tensor x, torch.Tensor y) => x.add(y, One);

    /// <summary>x += y.</summary>
    public static torch.Tensor PlusInPlace(this torch.Tensor x, torch.Tensor y) => x.add_(y, One);
}
