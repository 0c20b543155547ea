namespace EvalCore.Numerics.Tests;

public sealed class TorchResizeTests
{
    public static TheoryData<int, bool> Cases => new(
        Enumerable.Range(0, 8).SelectMany(k => (bool[])[false, true], (k, antialias) => (k, antialias)));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Bilinear_is_within_1e_6_of_torch(int k, bool antialias)
    {
        using var file = Goldens.Open(k is 1 or 3 or 6 ? "numerics/resize.safetensors" : "numerics/resize_part.safetensors");
        var from = file[$"in_{k}"].Shape;
        var to = file[$"torch_bilinear{(antialias ? "_antialias" : "")}_{k}"];
        var expected = file.Span<float>(to.Name);
        int height = (int)to.Shape[^2], width = (int)to.Shape[^1];

        float[] actual = new float[expected.Length];
        float[] source = Planes(file.Span<byte>($"in_{k}"));
        new TorchResize((int)from[0], (int)from[1], height, width, antialias).Apply(source, actual);
        float worst = 0;
        for (int i = 0; i < actual.Length; i++)
            worst = Math.Max(worst, Math.Abs(actual[i] - expected[i]));
        Assert.InRange(worst, 0, 1e-6f);
    }

    [Fact]
    public void Resizing_allocates_nothing()
    {
        var resize = new TorchResize(64, 48, 20, 31, antialias: true);
        float[] source = new float[3 * 64 * 48], destination = new float[3 * 20 * 31];
        Assert.Equal(0, Allocated.By(() => resize.Apply(source, destination)));
    }

    [Fact]
    public void A_buffer_of_the_wrong_length_is_rejected()
    {
        var resize = new TorchResize(4, 4, 2, 3);
        Assert.Throws<ArgumentException>("source", () => resize.Apply(new float[47], new float[18]));
        Assert.Throws<ArgumentException>("destination", () => resize.Apply(new float[48], new float[19]));
        Assert.Throws<ArgumentOutOfRangeException>("height", () => new TorchResize(4, 4, 0, 3));
    }

    /// <summary>Converts bytes [height, width, 3] to floats [3, height, width] in [0, 1].</summary>
    private static float[] Planes(ReadOnlySpan<byte> image)
    {
        float[] planes = new float[image.Length];
        int plane = image.Length / 3;
        for (int i = 0; i < image.Length; i++)
            planes[i % 3 * plane + i / 3] = image[i] / 255f;
        return planes;
    }
}
