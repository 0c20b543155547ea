using MuJoCo;

namespace Benchmarks.MuJoCo.Tests;

public sealed class RenderingTests : IDisposable
{
    private const int Height = 48;
    private const int Width = 64;

    private readonly MjModel _model = TestModel.Compile();

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Rotations_are_those_of_the_upright_image()
    {
        global::MuJoCo.Tests.Machine.NeedsEgl();
        using var data = Posed(0.7);
        byte[] upright = Render(data, ImageRotation.None), bottomUp = Render(data, ImageRotation.BottomUp), half = Render(data, ImageRotation.Half);
        byte[] mirrored = Render(data, ImageRotation.Mirrored);
        Assert.NotEqual(upright, bottomUp);
        for (int y = 0; y < Height; y++)
        {
            for (int x = 0; x < Width; x++)
            {
                var pixel = Pixel(upright, y, x);
                Assert.True(pixel.SequenceEqual(Pixel(bottomUp, Height - 1 - y, x)), $"bottom up, row {y}, column {x}");
                Assert.True(pixel.SequenceEqual(Pixel(half, Height - 1 - y, Width - 1 - x)), $"half, row {y}, column {x}");
                Assert.True(pixel.SequenceEqual(Pixel(mirrored, y, Width - 1 - x)), $"mirrored, row {y}, column {x}");
            }
        }

        static ReadOnlySpan<byte> Pixel(byte[] image, int y, int x) => image.AsSpan(3 * (y * Width + x), 3);
    }

    [Fact]
    public void A_frame_rendered_from_a_snapshot_is_the_image_of_that_state()
    {
        global::MuJoCo.Tests.Machine.NeedsEgl();
        using var cache = new ModelCache(_ => TestModel.Compile());
        using var renderer = new SnapshotRenderer(
            cache.RentForVideo(TestModel.Task("push")), model => new Camera(model, "top", Height, Width));
        Assert.Equal((Height, Width), (renderer.Height, renderer.Width));
        byte[] frame = new byte[3 * Height * Width];
        foreach (double angle in (double[])[0, 0.7])
        {
            using var data = Posed(angle);
            double[] snapshot = new double[FrameSnapshot.Length(data)];
            FrameSnapshot.Write(data, snapshot);
            renderer.Render(snapshot, frame);
            Assert.Equal(Render(data, ImageRotation.None), frame);
        }
    }

    [Fact]
    public void An_unknown_camera_is_an_error_that_names_it()
    {
        var e = Assert.Throws<KeyNotFoundException>(() => new Camera(_model, "corner2", Height, Width));
        Assert.Equal("the model has no camera named 'corner2'", e.Message);
    }

    private MjData Posed(double angle)
    {
        var data = new MjData(_model);
        data.qpos[0] = angle;
        data.Forward();
        return data;
    }

    private byte[] Render(MjData data, ImageRotation rotation)
    {
        byte[] image = new byte[3 * Height * Width];
        using var camera = new Camera(_model, "top", Height, Width, rotation);
        camera.Render(data, image);
        return image;
    }
}
