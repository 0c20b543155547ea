using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Layers;
using static TorchSharp.torch;

namespace EvalCore.Torch.Policies.Diffusion;

/// <summary>
/// The U-Net over the steps of a trajectory, conditioned on the noise level and the observation (Janner et al., 2022). What
/// the noise level contributes to every block's condition is computed once for all levels, because
/// W mish([t, g]) + b = (W_t mish(t) + b) + W_g mish(g).
/// </summary>
internal sealed class ConditionalUnet1d
{
    /// <summary>The groups of the final block's norm, which no field of the configuration reaches.</summary>
    public const int FinalGroups = 8;

    private readonly int _horizon;
    private readonly int _actionDim;
    private readonly ResidualBlock[][] _down;
    private readonly Conv1d?[] _downsample;
    private readonly ResidualBlock[] _mid;
    private readonly ResidualBlock[][] _up;
    private readonly Conv1d[] _upsample;
    private readonly long[] _upChannels;
    private readonly ConvBlock _finalBlock;
    private readonly Conv1d _finalConv;

    private readonly Tensor _timeEmbeddings;
    private readonly Tensor[] _timeConditions;
    private readonly Linear _global;

    /// <summary>Loads the U-Net's tensors.</summary>
    /// <param name="config">The policy's configuration.</param>
    /// <param name="state">The U-Net's part.</param>
    /// <param name="globalDim">Numbers of the observation's condition.</param>
    /// <param name="timesteps">The noise levels it will run at.</param>
    public ConditionalUnet1d(DiffusionConfig config, StateDict state, int globalDim, IReadOnlyList<int> timesteps)
    {
        (_horizon, _actionDim) = (config.Horizon, config.ActionDim);
        long timeDim = config.DiffusionStepEmbedDim;
        var encoder = state["diffusion_step_encoder"];
        var hidden = new Linear(encoder[1], timeDim, 4 * timeDim).Forward(Sinusoids(timesteps, timeDim, state.Device));
        _timeEmbeddings = state.Keep(new Linear(encoder[3], 4 * timeDim, timeDim).Forward(Mish.Forward(hidden)));

        var blocks = new List<ResidualBlock>();
        long[] dims = [config.ActionDim, .. config.DownDims.Select(dim => (long)dim)];
        int levels = config.DownDims.Length;
        _down = new ResidualBlock[levels][];
        _downsample = new Conv1d?[levels];
        for (int i = 0; i < levels; i++)
        {
            var level = state["down_modules"][i];
            _down[i] = [Block(level[0], dims[i], dims[i + 1]), Block(level[1], dims[i + 1], dims[i + 1])];
            if (i < levels - 1)
                _downsample[i] = new Conv1d(level[2], dims[i + 1], dims[i + 1], kernel: 3, stride: 2, padding: 1);
        }

        _mid = [Block(state["mid_modules"][0], dims[^1], dims[^1]), Block(state["mid_modules"][1], dims[^1], dims[^1])];
        _up = new ResidualBlock[levels - 1][];
        _upsample = new Conv1d[levels - 1];
        _upChannels = new long[levels - 1];
        for (int i = 0; i < levels - 1; i++)
        {
            var level = state["up_modules"][i];
            long input = dims[levels - i];
            long output = dims[levels - i - 1];
            _up[i] = [Block(level[0], 2 * input, output), Block(level[1], output, output)];
            _upsample[i] = Conv1d.Doubling(level[2], output);
            _upChannels[i] = output;
        }

        _finalBlock = new ConvBlock(state["final_conv"][0], dims[1], dims[1], config.KernelSize, FinalGroups);
        _finalConv = new Conv1d(state["final_conv"][1], dims[1], config.ActionDim, kernel: 1);

        var activated = Mish.Forward(_timeEmbeddings);
        var perBlock = blocks.Select(block => nn.functional.linear(activated, block.TimeWeight, block.ConditionBias)).ToArray();
        _timeConditions = [.. cat(perBlock, dim: 1).unsqueeze(2).unsqueeze(3).unbind(0).Select(state.Keep)];
        _global = new Linear(state, cat([.. blocks.Select(block => block.GlobalWeight)], dim: 0).contiguous(), null);

        ResidualBlock Block(StateDict part, long input, long output)
        {
            var block = new ResidualBlock(config, part, input, output, timeDim, globalDim, blocks.Sum(b => b.ConditionChannels));
            blocks.Add(block);
            return block;
        }
    }

    /// <summary>
    /// What the observation contributes to the conditions of all blocks: [B, sum of channels, 1, 1], from [B, numbers].
    /// </summary>
    public Tensor Condition(Tensor global) => _global.Forward(Mish.Forward(global)).unsqueeze(2).unsqueeze(3);

    /// <summary>Runs the network.</summary>
    /// <param name="sample">The noisy trajectory, [batch, horizon, action].</param>
    /// <param name="batch">How many.</param>
    /// <param name="step">The place of the noise level in the list.</param>
    /// <param name="condition">What <see cref="Condition"/> gave.</param>
    /// <param name="hook">Takes the modules' outputs, or null.</param>
    public Tensor Forward(Tensor sample, long batch, int step, Tensor condition, Action<string, Tensor>? hook)
    {
        string call = step == 0 ? "" : "#1";
        hook?.Invoke($"diffusion.unet.diffusion_step_encoder{call}", _timeEmbeddings.narrow(0, step, 1));
        var conditions = condition.Plus(_timeConditions[step]);
        var skips = new Stack<Tensor>(_down.Length);
        long length = _horizon;
        var x = Conv1d.AsImage(sample, batch, _actionDim, length);
        for (int i = 0; i < _down.Length; i++)
        {
            x = Run(_down[i], x, "down_modules", i);
            skips.Push(x);
            if (_downsample[i] is { } downsample)
            {
                x = downsample.Forward(x, batch, length);
                length /= 2;
            }

            Hook("down_modules", i, 2, x);
        }

        for (int i = 0; i < _mid.Length; i++)
        {
            x = _mid[i].Forward(x, batch, length, conditions);
            Hook("mid_modules", i, -1, x);
        }

        for (int i = 0; i < _up.Length; i++)
        {
            x = Run(_up[i], cat([x, skips.Pop()], dim: 1), "up_modules", i);
            x = _upsample[i].Forward(x, batch, length);
            length *= 2;
            x = Conv1d.AsImage(x, batch, _upChannels[i], length);
            Hook("up_modules", i, 2, x);
        }

        x = _finalConv.Forward(_finalBlock.Forward(x, batch, length), batch, length);
        Hook("final_conv", -1, -1, x);
        var output = Conv1d.Sequence(x);
        hook?.Invoke($"diffusion.unet{call}", output);
        return output;

        Tensor Run(ResidualBlock[] blocks, Tensor input, string name, int level)
        {
            for (int k = 0; k < blocks.Length; k++)
            {
                input = blocks[k].Forward(input, batch, length, conditions);
                Hook(name, level, k, input);
            }

            return input;
        }

        void Hook(string name, int level, int module, Tensor image)
        {
            if (hook is null)
                return;
            string path = name + (level < 0 ? "" : $".{level}") + (module < 0 ? "" : $".{module}");
            hook($"diffusion.unet.{path}{call}", image.squeeze(2));
        }
    }

    /// <summary>Sines, then cosines, of the noise level at geometrically spaced frequencies: [levels, dim].</summary>
    private static Tensor Sinusoids(IReadOnlyList<int> timesteps, long dim, Device device)
    {
        long half = dim / 2;
        var frequencies = Scalars.Arange(0, half).to(ScalarType.Float32).mul(Scalars.Of(-Math.Log(10000) / (half - 1))).exp();
        var phases = tensor([.. timesteps.Select(t => (float)t)]).unsqueeze(1) * frequencies.unsqueeze(0);
        return cat([phases.sin(), phases.cos()], dim: 1).to(device);
    }
}
