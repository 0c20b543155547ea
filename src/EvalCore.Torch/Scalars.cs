using System.Collections.Concurrent;
using TorchSharp;

namespace EvalCore.Torch;

/// <summary>
/// Numbers in the type that torch expects, never freed. A <see cref="Scalar"/> is a native object with a finalizer, and
/// TorchSharp (0.107) does not keep it alive while libtorch reads it: one that is made for a single call, also
/// silently as in <c>x + y</c>, can be freed under that call by a collection, and the call fails or computes with
/// something else. So every operation from observation to action gets its numbers from here.
/// </summary>
internal static class Scalars
{
#pragma warning disable RS0030 // Here the numbers are made.
    private static readonly ConcurrentDictionary<double, Scalar> Kept = new();
    private static readonly ConcurrentDictionary<float, Scalar> KeptSingle = new();
    private static readonly ConcurrentDictionary<long, Scalar> KeptInteger = new();

    /// <summary>One, also the factor that <c>add</c> gives its second operand.</summary>
    public static Scalar One => Of(1L);

    /// <summary>Two.</summary>
    public static Scalar Two => Of(2L);

    /// <summary>An integer.</summary>
    public static Scalar Of(long value) => KeptInteger.GetOrAdd(value, static v => v);

    /// <summary>A number of double precision.</summary>
    public static Scalar Of(double value) => Kept.GetOrAdd(value, static v => v);

    /// <summary>A number of single precision.</summary>
    public static Scalar Of(float value) => KeptSingle.GetOrAdd(value, static v => v);
#pragma warning restore RS0030

    /// <summary>x + y.</summary>
    public static torch.Tensor Plus(this torch.Tensor x, torch.Tensor y) => x.add(y, One);

    /// <summary>x + number. (<c>x.add(number)</c> makes a factor 1 for the one call.)</summary>
    public static torch.Tensor Plus(this torch.Tensor x, Scalar number) => x.add(number, One);

    /// <summary>The whole numbers from start to stop - 1, int64. (Shorter overloads of <c>arange</c> make a step of 1 for the one call.)</summary>
    public static torch.Tensor Arange(long start, long stop) => torch.arange(Of(start), Of(stop), One);

    /// <summary>x += y.</summary>
    public static torch.Tensor PlusInPlace(this torch.Tensor x, torch.Tensor y) => x.add_(y, One);
}
