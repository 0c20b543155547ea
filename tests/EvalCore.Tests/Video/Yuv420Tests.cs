using EvalCore.Video;

namespace EvalCore.Tests.Video;

public sealed class Yuv420Tests
{
    [Theory]
    [InlineData(384, 384)]
    [InlineData(64, 48)]
    [InlineData(38, 4)]
    [InlineData(35, 3)]
    [InlineData(1, 1)]
    public void An_image_has_the_luma_and_chroma_of_BT601(int width, int height)
    {
        byte[] rgb = new byte[width * height * 3];
        new Random(width).NextBytes(rgb);
        var yuv = new Yuv420(width, height);

        yuv.Convert(rgb);

        int luma = yuv.Width * yuv.Height;
        for (int y = 0; y < yuv.Height; y++)
        {
            for (int x = 0; x < yuv.Width; x++)
            {
                var (r, g, b) = Pixel(x, y);
                Assert.InRange(yuv.Frame[y * yuv.Width + x] - (16 + 0.2568 * r + 0.5041 * g + 0.0979 * b), -1.5, 1.5);
                if ((x & 1) + (y & 1) > 0)
                    continue;
                var four = new[] { Pixel(x, y), Pixel(x + 1, y), Pixel(x, y + 1), Pixel(x + 1, y + 1) };
                double mr = four.Average(p => p.R), mg = four.Average(p => p.G), mb = four.Average(p => p.B);
                int at = luma + y / 2 * (yuv.Width / 2) + x / 2;
                Assert.InRange(yuv.Frame[at] - (128 - 0.1482 * mr - 0.2910 * mg + 0.4392 * mb), -1.5, 1.5);
                Assert.InRange(yuv.Frame[at + luma / 4] - (128 + 0.4392 * mr - 0.3678 * mg - 0.0714 * mb), -1.5, 1.5);
            }
        }

        (int R, int G, int B) Pixel(int x, int y)
        {
            int at = (Math.Min(y, height - 1) * width + Math.Min(x, width - 1)) * 3;
            return (rgb[at], rgb[at + 1], rgb[at + 2]);
        }
    }
}
