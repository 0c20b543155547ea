using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace EvalCore.Torch.Tests.Plain;

/// <summary>Diffusion Policy's network in its simplest form.</summary>
internal sealed record PlainDiffusion(
    Weights W, int[] DownDims, int Kernel, int Groups, int TimeDim, bool Scale, int Keypoints, bool GroupNorm, int[]? Crop)
{
    public long[] ResNetWidths { get; init; } = [16, 16, 32, 32];

    public Tensor Encode(string name, Tensor x)
    {
        if (Crop is not null)
        {
            long top = (long)Math.Round((x.shape[2] - Crop[0]) / 2.0);
            long left = (long)Math.Round((x.shape[3] - Crop[1]) / 2.0);
            x = x.slice(2, top, top + Crop[0], 1).slice(3, left, left + Crop[1], 1);
        }

        string[] names = [.. ((string[])["0", "1", "4", "5", "6", "7"]).Select(place => $"{name}.backbone.{place}")];
        var map = W.ResNet(
            x, names, [2, 2, 2, 2], false, ResNetWidths, GroupNorm ? (n, y) => W.GroupNorm(n, y, y.shape[1] / 16) : W.BatchNorm2d);
        map = F.conv2d(map, W[$"{name}.pool.nets.weight", Keypoints, map.shape[1], 1, 1], W[$"{name}.pool.nets.bias", Keypoints]);
        var weights = map.flatten(2).softmax(-1);
        var keypoints = weights.matmul(W[$"{name}.pool.pos_grid", map.shape[2] * map.shape[3], 2]);
        return W.Linear($"{name}.out", keypoints.flatten(1), 2 * Keypoints).relu();
    }

    /// <summary>[B, T, A] to [B, T, A].</summary>
    public Tensor Unet(Tensor sample, int timestep, Tensor global)
    {
        const string Unet = "diffusion.unet";
        long half = TimeDim / 2;
        var phase = timestep * (arange(half).to(ScalarType.Float32) * (-Math.Log(10000) / (half - 1))).exp();
        var time = cat([phase.sin(), phase.cos()]).unsqueeze(0);
        time = W.Linear($"{Unet}.diffusion_step_encoder.3", F.mish(W.Linear($"{Unet}.diffusion_step_encoder.1", time, 4 * TimeDim)), TimeDim);
        var condition = cat([time.expand(sample.shape[0], -1), global], 1);

        var x = sample.transpose(1, 2);
        var skips = new Stack<Tensor>();
        for (int i = 0; i < DownDims.Length; i++)
        {
            x = Block($"{Unet}.down_modules.{i}.1", Block($"{Unet}.down_modules.{i}.0", x, DownDims[i], condition), DownDims[i], condition);
            skips.Push(x);
            if (i < DownDims.Length - 1)
                x = W.Conv1d($"{Unet}.down_modules.{i}.2", x, DownDims[i], 3, 2, 1);
        }

        x = Block($"{Unet}.mid_modules.1", Block($"{Unet}.mid_modules.0", x, DownDims[^1], condition), DownDims[^1], condition);
        for (int i = 0; i < DownDims.Length - 1; i++)
        {
            int width = DownDims[^(i + 2)];
            x = cat([x, skips.Pop()], 1);
            x = Block($"{Unet}.up_modules.{i}.1", Block($"{Unet}.up_modules.{i}.0", x, width, condition), width, condition);
            x = F.conv_transpose1d(
                x, W[$"{Unet}.up_modules.{i}.2.weight", width, width, 4], W[$"{Unet}.up_modules.{i}.2.bias", width], stride: 2, padding: 1);
        }

        x = ConvBlock($"{Unet}.final_conv.0", x, DownDims[0], 8);
        return W.Conv1d($"{Unet}.final_conv.1", x, sample.shape[2], 1).transpose(1, 2);
    }

    private Tensor Block(string name, Tensor x, int width, Tensor condition)
    {
        var y = ConvBlock($"{name}.conv1", x, width, Groups);
        var e = W.Linear($"{name}.cond_encoder.1", F.mish(condition), Scale ? 2 * width : width).unsqueeze(2);
        y = Scale ? e.narrow(1, 0, width) * y + e.narrow(1, width, width) : y + e;
        y = ConvBlock($"{name}.conv2", y, width, Groups);
        return y + (x.shape[1] == width ? x : W.Conv1d($"{name}.residual_conv", x, width, 1));
    }

    private Tensor ConvBlock(string name, Tensor x, int width, int groups) =>
        F.mish(W.GroupNorm($"{name}.block.1", W.Conv1d($"{name}.block.0", x, width, Kernel, 1, Kernel / 2), groups));
}
