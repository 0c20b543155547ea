using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>
/// Resizes images [N, 3, H, W] so that they fit into a size without distortion, and fills the rest with zeros. Bilinear,
/// without antialiasing; an image that has the size already stays as it is.
/// </summary>
internal static class ResizeWithPad
{
    /// <summary>openpi's: values are limited to 0 to 1, and the image is in the centre, the smaller half of the zeros on the left and on top.</summary>
    public static Tensor Centred(Tensor images, long height, long width)
    {
        if (images.shape[2] == height && images.shape[3] == width)
            return images;
        var resized = Resize(images, height, width).clamp(Scalars.Of(0f), Scalars.Of(1f));
        var (rows, columns) = (height - resized.shape[2], width - resized.shape[3]);
        return nn.functional.pad(resized, [columns / 2, columns - columns / 2, rows / 2, rows - rows / 2]);
    }

    /// <summary>SmolVLA's: all zeros are on the left and on top.</summary>
    public static Tensor RightBottom(Tensor images, long height, long width)
    {
        if (images.shape[2] == height && images.shape[3] == width)
            return images;
        var resized = Resize(images, height, width);
        return nn.functional.pad(resized, [width - resized.shape[3], 0, height - resized.shape[2], 0]);
    }

    /// <exception cref="EvalCoreException">The image is so narrow that nothing is left of a side.</exception>
    private static Tensor Resize(Tensor images, long height, long width)
    {
        double ratio = Math.Max((double)images.shape[3] / width, (double)images.shape[2] / height);
        long[] size = [(long)(images.shape[2] / ratio), (long)(images.shape[3] / ratio)];
        if (size.Contains(0))
            throw new EvalCoreException($"an image of {images.shape[2]}x{images.shape[3]} cannot be resized to {height}x{width} without distortion: a side would have no pixel");
        return nn.functional.interpolate(images, size, mode: InterpolationMode.Bilinear, align_corners: false);
    }
}
