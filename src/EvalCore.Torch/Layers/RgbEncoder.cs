using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>
/// An image to a feature vector: resize, centre crop, ResNet, spatial softmax (Finn et al., 2016), linear, ReLU. LeRobot's
/// <c>DiffusionRgbEncoder</c>.
/// </summary>
internal sealed class RgbEncoder
{
    private readonly long[]? _resize;
    private readonly (long Top, long Left, long Height, long Width)? _crop;

    /// <summary>Zeros around an image that is smaller than the crop: left, right, top, bottom.</summary>
    private readonly long[]? _pad;
    private readonly ResNet _backbone;
    private readonly Tensor _keypointWeight;
    private readonly Tensor _keypointBias;
    private readonly Tensor _positions;
    private readonly Linear _out;

    /// <summary>Loads the encoder's tensors.</summary>
    /// <param name="state">Its part.</param>
    /// <param name="backbone">The ResNet's name.</param>
    /// <param name="groupNorm">Group norm in place of batch norm.</param>
    /// <param name="keypoints">Keypoints of the spatial softmax; a feature vector has twice as many numbers.</param>
    /// <param name="resize">Height and width to resize to, or null.</param>
    /// <param name="crop">Height and width to crop to, or null.</param>
    /// <param name="image">Height and width of the images.</param>
    /// <param name="count">How many images an episode gives to a call.</param>
    public RgbEncoder(
        StateDict state, string backbone, bool groupNorm, int keypoints, int[]? resize, int[]? crop, (int Height, int Width) image, int count)
    {
        _resize = resize is null ? null : [resize[0], resize[1]];
        var (height, width) = resize is null ? image : (resize[0], resize[1]);
        if (crop is not null)
        {
            // torchvision's center_crop: the smaller half of the zeros is on the left and on top.
            var (rows, columns) = (Math.Max(crop[0] - height, 0), Math.Max(crop[1] - width, 0));
            if (rows + columns > 0)
                _pad = [columns / 2, (columns + 1) / 2, rows / 2, (rows + 1) / 2];
            (height, width) = (height + rows, width + columns);
            _crop = (Middle(height - crop[0]), Middle(width - crop[1]), crop[0], crop[1]);
        }

        var seen = _crop is { } cropped ? (count, cropped.Height, cropped.Width) : (count, height, width);
        _backbone = new ResNet(backbone, state["backbone"], ResNet.SequentialNames, groupNorm, seen);
        _keypointWeight = state["pool"]["nets"].Load("weight", keypoints, _backbone.OutChannels, 1, 1);
        _keypointBias = state["pool"]["nets"].Load("bias", keypoints);
        var map = _backbone.Forward(Prepare(zeros(1, 3, image.Height, image.Width, device: state.Device)));
        _positions = state["pool"].Load("pos_grid", map.shape[2] * map.shape[3], 2);
        _out = new Linear(state["out"], 2 * keypoints, 2 * keypoints);
        Features = 2 * keypoints;
    }

    /// <summary>Numbers per image.</summary>
    public int Features { get; }

    /// <summary>[N, 3, H, W] to [N, <see cref="Features"/>].</summary>
    public Tensor Forward(Tensor x, Action<string, Tensor>? hook = null)
    {
        var map = _backbone.Forward(Prepare(x));
        hook?.Invoke("backbone", map);
        map = Autocast.Conv2d(map, _keypointWeight, _keypointBias);
        var attention = map.flatten(2).softmax(-1);
        var keypoints = Autocast.Matmul(attention, _positions);
        hook?.Invoke("pool", keypoints);
        var features = _out.Forward(keypoints.flatten(1));
        hook?.Invoke("out", features);
        return features.relu_();
    }

    /// <summary>The crop's offset as torchvision rounds it: half to even.</summary>
    private static long Middle(int rest) => (long)Math.Round(rest / 2.0, MidpointRounding.ToEven);

    private Tensor Prepare(Tensor x)
    {
        if (_resize is not null)
            x = nn.functional.interpolate(x, _resize, mode: InterpolationMode.Bilinear, align_corners: false, antialias: true);
        if (_pad is not null)
            x = nn.functional.pad(x, _pad);
        return _crop is { } crop ? x.narrow(2, crop.Top, crop.Height).narrow(3, crop.Left, crop.Width) : x;
    }
}
