using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Layers;
using static TorchSharp.torch;

namespace EvalCore.Torch.Policies.Diffusion;

/// <summary>
/// A residual block with FiLM conditioning (Perez et al., 2018): LeRobot's <c>DiffusionConditionalResidualBlock1d</c>.
/// </summary>
internal sealed class ResidualBlock
{
    private readonly bool _scale;
    private readonly long _channels;
    private readonly long _offset;
    private readonly ConvBlock _conv1;
    private readonly ConvBlock _conv2;
    private readonly Conv1d? _residualConv;

    /// <summary>Loads the block's tensors.</summary>
    /// <param name="config">The policy's configuration.</param>
    /// <param name="state">The block's part.</param>
    /// <param name="input">Channels in.</param>
    /// <param name="output">Channels out.</param>
    /// <param name="timeDim">Numbers of the noise level's embedding.</param>
    /// <param name="globalDim">Numbers of the observation's condition.</param>
    /// <param name="offset">Where this block's part begins in the conditions of all blocks.</param>
    public ResidualBlock(DiffusionConfig config, StateDict state, long input, long output, long timeDim, long globalDim, long offset)
    {
        _scale = config.UseFilmScaleModulation;
        _channels = output;
        _offset = offset;
        ConditionChannels = _scale ? 2 * output : output;
        var weight = state["cond_encoder"][1].LoadTemporary("weight", ConditionChannels, timeDim + globalDim);
        TimeWeight = weight.narrow(1, 0, timeDim);
        GlobalWeight = weight.narrow(1, timeDim, globalDim);
        ConditionBias = state["cond_encoder"][1].LoadTemporary("bias", ConditionChannels);
        _conv1 = new ConvBlock(state["conv1"], input, output, config.KernelSize, config.NGroups);
        _conv2 = new ConvBlock(state["conv2"], output, output, config.KernelSize, config.NGroups);
        _residualConv = input == output ? null : new Conv1d(state["residual_conv"], input, output, kernel: 1);
    }

    /// <summary>Numbers of the block's condition.</summary>
    public long ConditionChannels { get; }

    /// <summary>The condition's weights for the noise level. Only while the network is built.</summary>
    public Tensor TimeWeight { get; }

    /// <summary>The condition's weights for the observation. Only while the network is built.</summary>
    public Tensor GlobalWeight { get; }

    /// <summary>The condition's bias. Only while the network is built.</summary>
    public Tensor ConditionBias { get; }

    /// <summary>[batch, in, 1, length] to [batch, out, 1, length]; conditions are [batch, channels of all blocks, 1, 1].</summary>
    public Tensor Forward(Tensor x, long batch, long length, Tensor conditions)
    {
        var y = _conv1.Forward(x, batch, length);
        var first = conditions.narrow(1, _offset, _channels);
        y = _scale ? y.mul_(first).PlusInPlace(conditions.narrow(1, _offset + _channels, _channels)) : y.PlusInPlace(first);
        return _conv2.Forward(y, batch, length).PlusInPlace(_residualConv?.Forward(x, batch, length) ?? x);
    }
}
