using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Layers;
using static TorchSharp.torch;

namespace EvalCore.Torch.Policies.XVla;

/// <summary>
/// DaViT, the Dual Attention Vision Transformer (Ding et al., 2022): stages of a convolution that shrinks the map and pairs of
/// blocks, one with attention over windows and one with attention over channels. Maps are [N, H, W, C], so that norms and
/// linear layers read them as they are; a convolution takes them as channels-last images.
/// </summary>
internal sealed class DaVit
{
    private readonly Stage[] _stages;

    /// <summary>Loads the tower's tensors.</summary>
    /// <param name="config">What they do not say.</param>
    /// <param name="state">The tower's part.</param>
    /// <param name="file">The configuration's file, for messages.</param>
    public DaVit(FlorenceConfig.VisionFields config, StateDict state, string file)
    {
        int stages = 0;
        while (state["convs"][stages].Has("conv.weight"))
            stages++;
        foreach (int length in (int[])[config.NumHeads.Length, config.NumGroups.Length, config.PatchStride.Length, config.PatchPadding.Length, config.PatchPrenorm.Length])
        {
            if (length != stages)
                throw new EvalCoreException($"{file}: num_heads, num_groups, patch_stride, patch_padding and patch_prenorm of florence_config.vision_config must have a value for each of the {stages} stages that the tensors have");
        }

        _stages = [.. Enumerable.Range(0, stages).Select(i => new Stage(config, state, i, file))];
        OutChannels = _stages[^1].Channels;
    }

    /// <summary>Channels of the last map.</summary>
    public long OutChannels { get; }

    /// <summary>Height and width of the last map for an image.</summary>
    public (long Height, long Width) MapSize(long height, long width)
    {
        foreach (var stage in _stages)
            (height, width) = (stage.Shrink(height), stage.Shrink(width));
        return (height, width);
    }

    /// <summary>[N, 3, H, W] to the last map, [N, H', W', C].</summary>
    public Tensor Forward(Tensor images, Action<string, Tensor>? hook)
    {
        var x = images.permute(0, 2, 3, 1);
        for (int i = 0; i < _stages.Length; i++)
            x = _stages[i].Forward(x, hook, i);
        return x;
    }

    private static Tensor Image(Tensor x) => x.permute(0, 3, 1, 2);

    private static Tensor Map(Tensor image) => image.permute(0, 2, 3, 1).contiguous();

    private sealed class Stage
    {
        private readonly long _kernel;
        private readonly long _stride;
        private readonly long _padding;
        private readonly Tensor _weight;
        private readonly Tensor _bias;
        private readonly LayerNorm _norm;
        private readonly bool _prenorm;
        private readonly List<(Block Spatial, Block Channel)> _blocks = [];

        public Stage(FlorenceConfig.VisionFields config, StateDict tower, int index, string file)
        {
            var embed = tower["convs"][index];
            var shape = embed.Shape("conv.weight");
            (Channels, _kernel, _stride, _padding) = (shape[0], shape[^1], config.PatchStride[index], config.PatchPadding[index]);
            if (_stride < 1 || _padding < 0)
                throw new EvalCoreException($"{file}: florence_config.vision_config has a patch_stride of {_stride} and a patch_padding of {_padding}; a stride is 1 or more, a padding 0 or more");
            foreach (var (name, number) in ((string, int)[])[("num_heads", config.NumHeads[index]), ("num_groups", config.NumGroups[index])])
            {
                if (number < 1 || Channels % number != 0)
                    throw new EvalCoreException($"{file}: {name} of florence_config.vision_config is {number} in stage {index}; it must divide the {Channels} channels");
            }

            _weight = embed["conv"].Load("weight", Channels, -1, _kernel, _kernel);
            _bias = embed["conv"].Load("bias", Channels);
            _prenorm = config.PatchPrenorm[index];
            _norm = new LayerNorm(embed["norm"], _prenorm ? shape[1] : Channels);
            var blocks = tower["blocks"][index];
            for (int i = 0; blocks[i].Has("spatial_block.norm1.weight"); i++)
            {
                var (spatial, channel) = (blocks[i]["spatial_block"], blocks[i]["channel_block"]);
                _blocks.Add((
                    new Block(spatial, Channels, new WindowAttention(spatial["window_attn"], Channels, config.NumHeads[index], config.WindowSize).Forward),
                    new Block(channel, Channels, new ChannelAttention(channel["channel_attn"], Channels, config.NumGroups[index]).Forward)));
            }
        }

        public long Channels { get; }

        /// <summary>A length after the convolution.</summary>
        public long Shrink(long length) => (length + 2 * _padding - _kernel) / _stride + 1;

        public Tensor Forward(Tensor x, Action<string, Tensor>? hook, int index)
        {
            if (_prenorm)
                x = _norm.Forward(x);
            x = Map(Autocast.Conv2d(Image(x), _weight, _bias, [_stride, _stride], [_padding, _padding]));
            if (!_prenorm)
                x = _norm.Forward(x);
            hook?.Invoke($"convs.{index}", Image(x));
            for (int i = 0; i < _blocks.Count; i++)
            {
                x = _blocks[i].Spatial.Forward(x);
                hook?.Invoke($"blocks.{index}.{i}.spatial_block", Image(x));
                x = _blocks[i].Channel.Forward(x);
                hook?.Invoke($"blocks.{index}.{i}.channel_block", Image(x));
            }

            return x;
        }
    }

    /// <summary>Attention and feed-forward part, each after a convolution of every channel's neighbourhoods.</summary>
    private sealed class Block(StateDict state, long channels, Func<Tensor, Tensor> attention)
    {
        private readonly DepthwiseConv _conv1 = new(state["conv1"], channels);
        private readonly LayerNorm _norm1 = new(state["norm1"], channels);
        private readonly DepthwiseConv _conv2 = new(state["conv2"], channels);
        private readonly LayerNorm _norm2 = new(state["norm2"], channels);
        private readonly Mlp _ffn = new(state["ffn"]["fc1"], state["ffn"]["fc2"], channels);

        public Tensor Forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            x = _conv1.Forward(x);
            x = attention(_norm1.Forward(x)).PlusInPlace(x);
            x = _conv2.Forward(x);
            return _ffn.Forward(_norm2.Forward(x)).PlusInPlace(x).MoveToOuterDisposeScope();
        }
    }

    /// <summary>x + a 3x3 convolution of each channel.</summary>
    private sealed class DepthwiseConv(StateDict state, long channels)
    {
        private readonly Tensor _weight = state.Load("weight", channels, 1, 3, 3);
        private readonly Tensor _bias = state.Load("bias", channels);

        public Tensor Forward(Tensor x) =>
            Map(Autocast.Conv2d(Image(x), _weight, _bias, padding: [1, 1], groups: channels)).PlusInPlace(x);
    }

    /// <summary>
    /// Attention within windows. A map is filled with zeros to whole windows, and these take part in the attention; their
    /// queries, keys and values are the bias, so the linear layers run on the map alone.
    /// </summary>
    private sealed class WindowAttention(StateDict state, long channels, long heads, long window)
    {
        private readonly Linear _qkv = new(state, state["qkv"].LoadTemporary("weight", 3 * channels, channels), null);
        private readonly Tensor _qkvBias = state["qkv"].Load("bias", 3 * channels);
        private readonly Linear _proj = new(state["proj"], channels, channels);

        public Tensor Forward(Tensor x)
        {
            var (batch, height, width) = (x.shape[0], x.shape[1], x.shape[2]);
            var (rows, columns) = ((height + window - 1) / window, (width + window - 1) / window);
            var qkv = _qkv.Forward(x);
            if (rows * window != height || columns * window != width)
                qkv = nn.functional.pad(qkv, [0, 0, 0, columns * window - width, 0, rows * window - height]);
            qkv = qkv.PlusInPlace(_qkvBias).view(batch, rows, window, columns, window, 3, heads, -1)
                .permute(5, 0, 1, 3, 6, 2, 4, 7).reshape(3, batch * rows * columns, heads, window * window, -1);
            var parts = qkv.unbind(0);
            var y = Autocast.Attention(parts[0], parts[1], parts[2])
                .view(batch, rows, columns, heads, window, window, -1).permute(0, 1, 4, 2, 5, 3, 6)
                .reshape(batch, rows * window, columns * window, channels);
            return _proj.Forward(y.narrow(1, 0, height).narrow(2, 0, width));
        }
    }

    /// <summary>Attention of channels to the channels of their group, over all positions.</summary>
    private sealed class ChannelAttention(StateDict state, long channels, long groups)
    {
        private readonly Linear _qkv = new(state["qkv"], channels, 3 * channels);
        private readonly Linear _proj = new(state["proj"], channels, channels);

        public Tensor Forward(Tensor x)
        {
            long batch = x.shape[0];
            var parts = _qkv.Forward(x).view(batch, -1, 3, groups, channels / groups).permute(2, 0, 3, 4, 1).unbind(0);
            var y = Autocast.Attention(parts[0], parts[1], parts[2]);
            return _proj.Forward(y.permute(0, 3, 1, 2).reshape(x.shape));
        }
    }
}
