using Safetensors;

namespace EvalCore.Numerics.Tests;

public sealed class CvResizeTests
{
    public static TheoryData<int> Cases => [.. Enumerable.Range(0, 9)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Linear_gives_the_same_bytes_as_cv2(int k) => Matches(k, "cv2_linear", CvInterpolation.Linear);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Area_gives_the_same_bytes_as_cv2(int k) => Matches(k, "cv2_area", CvInterpolation.Area);

    /// <summary>
    /// Compares the vector code with a scalar implementation of OpenCV's formula; odd sizes cover the scalar
    /// remainders.
    /// </summary>
    [Theory]
    [InlineData(512, 512, 384, 384)]
    [InlineData(512, 512, 96, 96)]
    [InlineData(512, 512, 680, 680)]
    [InlineData(1, 1, 3, 5)]
    [InlineData(2, 3, 1, 1)]
    [InlineData(7, 5, 13, 9)]
    [InlineData(5, 16, 4, 15)]
    [InlineData(31, 17, 16, 40)]
    [InlineData(64, 9, 3, 33)]
    [InlineData(100, 211, 211, 100)]
    public void Linear_matches_a_scalar_implementation_at_any_size(int sourceHeight, int sourceWidth, int height, int width)
    {
        byte[] source = new byte[sourceHeight * sourceWidth * 3];
        new Random(sourceHeight + width).NextBytes(source);
        byte[] destination = new byte[height * width * 3];
        new CvResize(sourceHeight, sourceWidth, height, width).Apply(source, destination);
        Assert.Equal(Formula(source, sourceHeight, sourceWidth, height, width), destination);
    }

    [Fact]
    public void Resizing_allocates_nothing()
    {
        byte[] source = new byte[512 * 512 * 3];
        byte[] destination = new byte[96 * 96 * 3];
        foreach (var interpolation in Enum.GetValues<CvInterpolation>())
        {
            var resize = new CvResize(512, 512, 96, 96, interpolation);
            Assert.Equal(0, Allocated.By(() => resize.Apply(source, destination)));
        }
    }

    [Fact]
    public void A_buffer_of_the_wrong_length_is_rejected()
    {
        var resize = new CvResize(4, 4, 2, 3);
        Assert.Throws<ArgumentException>("source", () => resize.Apply(new byte[47], new byte[18]));
        Assert.Throws<ArgumentException>("destination", () => resize.Apply(new byte[48], new byte[19]));
        Assert.Throws<ArgumentOutOfRangeException>("width", () => new CvResize(4, 4, 2, 0));
    }

    private static byte[] Formula(byte[] source, int sourceHeight, int sourceWidth, int height, int width)
    {
        byte[] result = new byte[height * width * 3];
        for (int i = 0; i < result.Length; i++)
        {
            var (y0, y1, v0, v1) = Sample(i / 3 / width, sourceHeight, height, edgePixelOnly: false);
            var (x0, x1, w0, w1) = Sample(i / 3 % width, sourceWidth, width, edgePixelOnly: true);
            int Along(int y) => source[(y * sourceWidth + x0) * 3 + i % 3] * w0 + source[(y * sourceWidth + x1) * 3 + i % 3] * w1;
            result[i] = (byte)(((((Along(y0) >> 4) * v0) >> 16) + (((Along(y1) >> 4) * v1) >> 16) + 2) >> 2);
        }

        return result;
    }

    private static (int First, int Second, int Weight0, int Weight1) Sample(int i, int from, int to, bool edgePixelOnly)
    {
        float f = (float)((i + 0.5) * (1 / ((double)to / from)) - 0.5);
        int index = (int)MathF.Floor(f);
        f -= index;
        if (edgePixelOnly && (index < 0 || index >= from - 1))
            (index, f) = (Math.Clamp(index, 0, from - 1), 0);
        return (Math.Clamp(index, 0, from - 1), Math.Clamp(index + 1, 0, from - 1),
            (int)MathF.Round((1 - f) * 2048), (int)MathF.Round(f * 2048));
    }

    private static void Matches(int k, string name, CvInterpolation interpolation)
    {
        using var file = Goldens.Open(k < 8 ? "numerics/resize_part.safetensors" : "numerics/resize.safetensors");
        byte[] expected = file.Read<byte>($"{name}_{k}");
        byte[] actual = Resize(file.Span<byte>($"in_{k}"), file[$"in_{k}"], file[$"{name}_{k}"], interpolation);
        Assert.Equal(0, expected.Zip(actual).Count(pair => pair.First != pair.Second));
    }

    private static byte[] Resize(ReadOnlySpan<byte> source, TensorEntry from, TensorEntry to, CvInterpolation interpolation)
    {
        var resize = new CvResize((int)from.Shape[0], (int)from.Shape[1], (int)to.Shape[0], (int)to.Shape[1], interpolation);
        byte[] destination = new byte[to.Bytes];
        resize.Apply(source, destination);
        return destination;
    }
}
