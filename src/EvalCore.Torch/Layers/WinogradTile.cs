using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace EvalCore.Torch.Layers;

/// <summary>
/// F(4x4, 3x3) of Winograd (Lavin and Gray, 2016) for one tile: 4x4 outputs of a 3x3 convolution from 6x6 pixels, with 36 products
/// in place of 144. In one dimension, a filter and six pixels are taken as polynomials, evaluated at six points and multiplied there,
/// and the four outputs are found from the products: Aᵀ[(G g) * (Bᵀ d)], with * for the products of elements.
/// </summary>
/// <remarks>
/// The points are 0, 3/4, -3/4, 3/2, -3/2 and infinity: those of the paper (0, 1, -1, 2, -2 and infinity) have four times the
/// rounding error. All factors of A and B are exact in binary. A pixel that is NaN or infinite makes all outputs of its tiles NaN.
/// </remarks>
internal static unsafe class WinogradTile
{
    /// <summary>Pixels of a tile in each dimension, and its points.</summary>
    public const int Size = 6;

    /// <summary>Outputs of a tile in each dimension.</summary>
    public const int Outputs = 4;

    /// <summary>Products of a tile.</summary>
    public const int Products = Size * Size;

    /// <summary>Channels that are computed at once.</summary>
    public const int Lanes = 8;

    private const float A = 0.75f;
    private const float A2 = A * A;
    private const float A3 = A * A * A;
    private const float B = 1.5f;
    private const float B2 = B * B;
    private const float B3 = B * B * B;

    /// <summary>G, from a filter's three numbers to the points: [<see cref="Size"/>, 3], row by row.</summary>
    public static double[] FilterTransform { get; } =
    [
        1.0 / (A2 * B2), 0, 0,
        .. AtPoint(A, B2),
        .. AtPoint(-A, B2),
        .. AtPoint(B, A2),
        .. AtPoint(-B, A2),
        0, 0, 1,
    ];

    /// <summary>Bᵀ d B, from pixels to points.</summary>
    /// <param name="pixels">Where the channels of each pixel are, row by row.</param>
    /// <param name="channels">How many, a multiple of <see cref="Lanes"/>.</param>
    /// <param name="points">Where the channels of each point go, row by row: [<see cref="Products"/>, channels].</param>
    public static void InputTransform(float** pixels, nint channels, float* points)
    {
        const int Row = Size * Lanes;
        float* columns = stackalloc float[Products * Lanes];
        for (nint channel = 0; channel < channels; channel += Lanes)
        {
            for (int x = 0; x < Size; x++)
            {
                InputTransform(
                    Vector256.Load(pixels[x] + channel), Vector256.Load(pixels[Size + x] + channel), Vector256.Load(pixels[2 * Size + x] + channel),
                    Vector256.Load(pixels[3 * Size + x] + channel), Vector256.Load(pixels[4 * Size + x] + channel), Vector256.Load(pixels[5 * Size + x] + channel),
                    columns + x * Lanes, Row);
            }

            for (int y = 0; y < Size; y++)
            {
                float* row = columns + y * Row;
                InputTransform(
                    Vector256.Load(row), Vector256.Load(row + Lanes), Vector256.Load(row + 2 * Lanes),
                    Vector256.Load(row + 3 * Lanes), Vector256.Load(row + 4 * Lanes), Vector256.Load(row + 5 * Lanes),
                    points + y * Size * channels + channel, channels);
            }
        }
    }

    /// <summary>Aᵀ m A, from products to the convolution's outputs; plus a bias, plus a shortcut, and ReLU of the sum.</summary>
    /// <param name="products">The channels of each product: [<see cref="Products"/>, channels].</param>
    /// <param name="channels">How many, a multiple of <see cref="Lanes"/>.</param>
    /// <param name="bias">A number for each channel, or null.</param>
    /// <param name="shortcut">Where the channels of each output's shortcut are, row by row, or null.</param>
    /// <param name="relu">Whether negative sums become 0. NaN stays NaN.</param>
    /// <param name="outputs">Where the channels of each output go, row by row; null for one outside the image.</param>
    public static void OutputTransform(float* products, nint channels, float* bias, float** shortcut, bool relu, float** outputs)
    {
        const int Row = Size * Lanes;
        float* columns = stackalloc float[Outputs * Row];
        float* sums = stackalloc float[Outputs * Lanes];
        for (nint channel = 0; channel < channels; channel += Lanes)
        {
            for (int x = 0; x < Size; x++)
            {
                float* column = products + x * channels + channel;
                nint row = Size * channels;
                OutputTransform(
                    Vector256.Load(column), Vector256.Load(column + row), Vector256.Load(column + 2 * row),
                    Vector256.Load(column + 3 * row), Vector256.Load(column + 4 * row), Vector256.Load(column + 5 * row),
                    columns + x * Lanes, Row);
            }

            for (int y = 0; y < Outputs; y++)
            {
                float* row = columns + y * Row;
                OutputTransform(
                    Vector256.Load(row), Vector256.Load(row + Lanes), Vector256.Load(row + 2 * Lanes),
                    Vector256.Load(row + 3 * Lanes), Vector256.Load(row + 4 * Lanes), Vector256.Load(row + 5 * Lanes),
                    sums, Lanes);
                for (int x = 0; x < Outputs; x++)
                {
                    float* output = outputs[y * Outputs + x];
                    if (output == null)
                        continue;
                    var sum = Vector256.Load(sums + x * Lanes);
                    if (bias != null)
                        sum += Vector256.Load(bias + channel);
                    if (shortcut != null)
                        sum += Vector256.Load(shortcut[y * Outputs + x] + channel);
                    if (relu)
                        sum = Vector256.ConditionalSelect(Vector256.LessThan(sum, Vector256<float>.Zero), Vector256<float>.Zero, sum);
                    sum.Store(output + channel);
                }
            }
        }
    }

    /// <summary>Bᵀ d of six pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InputTransform(
        Vector256<float> d0, Vector256<float> d1, Vector256<float> d2, Vector256<float> d3, Vector256<float> d4, Vector256<float> d5, float* to, nint step)
    {
        var evenA = d4 - B2 * d2;
        var oddA = A * (d3 - B2 * d1);
        var evenB = d4 - A2 * d2;
        var oddB = B * (d3 - A2 * d1);
        (A2 * B2 * d0 - (A2 + B2) * d2 + d4).Store(to);
        (evenA + oddA).Store(to + step);
        (evenA - oddA).Store(to + 2 * step);
        (evenB + oddB).Store(to + 3 * step);
        (evenB - oddB).Store(to + 4 * step);
        (A2 * B2 * d1 - (A2 + B2) * d3 + d5).Store(to + 5 * step);
    }

    /// <summary>Aᵀ m of six products.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OutputTransform(
        Vector256<float> m0, Vector256<float> m1, Vector256<float> m2, Vector256<float> m3, Vector256<float> m4, Vector256<float> m5, float* to, nint step)
    {
        var (evenA, oddA) = (m1 + m2, m1 - m2);
        var (evenB, oddB) = (m3 + m4, m3 - m4);
        (m0 + evenA + evenB).Store(to);
        (A * oddA + B * oddB).Store(to + step);
        (A2 * evenA + B2 * evenB).Store(to + 2 * step);
        (A3 * oddA + B3 * oddB + m5).Store(to + 3 * step);
    }

    /// <summary>1, x and x², over the product of the differences to the other finite points: 0, -x and those whose square is given.</summary>
    private static double[] AtPoint(double x, double others) => [.. new[] { 1, x, x * x }.Select(power => power / (2 * x * x * (x * x - others)))];
}
