using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Layers;
using static TorchSharp.torch;

namespace EvalCore.Torch.Policies.XVla;

/// <summary>
/// The action transformer: noisy actions, what Florence-2 sees, and learned prompts of the domain, to actions. All but the
/// actions are the same in every denoising step, and so are their tokens before the first block.
/// </summary>
internal sealed class SoftPromptedTransformer
{
    private readonly XVlaConfig _config;
    private readonly Block[] _blocks;
    private readonly Func<Tensor, Func<Tensor, Tensor>> _vlmProj;
    private readonly Func<Tensor, Func<Tensor, Tensor>> _auxVisualProj;
    private readonly Tensor _posEmb;
    private readonly LayerNorm _norm;
    private readonly DomainAwareLinear _actionEncoder;
    private readonly DomainAwareLinear _actionDecoder;
    private readonly Tensor? _softPrompts;
    private readonly Tensor[] _times;

    /// <summary>Loads the transformer's tensors.</summary>
    /// <param name="config">The policy's configuration.</param>
    /// <param name="state">The transformer's part.</param>
    /// <param name="actionWidth">Numbers of an action.</param>
    /// <param name="inputWidth">Numbers of a token of Florence-2.</param>
    public SoftPromptedTransformer(XVlaConfig config, StateDict state, long actionWidth, long inputWidth)
    {
        _config = config;
        long width = config.HiddenSize;
        _blocks = [.. Enumerable.Range(0, config.Depth).Select(i => new Block(config, state["blocks"][i]))];
        _vlmProj = Projection("vlm_proj");
        _auxVisualProj = Projection("aux_visual_proj");
        _posEmb = state.Load("pos_emb", 1, config.MaxLenSeq, width);
        _norm = new LayerNorm(state["norm"], width);
        _actionEncoder = new DomainAwareLinear(state["action_encoder"], config.NumDomains, actionWidth + config.ProprioDim + config.DimTime, width);
        _actionDecoder = new DomainAwareLinear(state["action_decoder"], config.NumDomains, width, actionWidth);
        if (config.LenSoftPrompts > 0)
            _softPrompts = state["soft_prompt_hub"].Load("weight", config.NumDomains, config.LenSoftPrompts * width);
        _times = [.. TimeEmbedding(config).to(_posEmb.dtype).to(state.Device).view(-1, 1, 1, config.DimTime).unbind(0).Select(state.Keep)];

        Func<Tensor, Func<Tensor, Tensor>> Projection(string name)
        {
            if (config.UseHeteroProj)
                return new DomainAwareLinear(state[name], config.NumDomains, inputWidth, width).Of;
            var linear = new Linear(state[name], inputWidth, width);
            return _ => linear.Forward;
        }
    }

    /// <summary>The transformer for an observation.</summary>
    /// <param name="domain">[B] int64.</param>
    /// <param name="vlmFeatures">The encoder's output, [B, S, input].</param>
    /// <param name="auxVisualInputs">The tokens of the other images, [B, S', input].</param>
    /// <param name="proprio">[B, state].</param>
    /// <param name="hook">Takes the modules' outputs, or null.</param>
    public Observed Observe(Tensor domain, Tensor vlmFeatures, Tensor auxVisualInputs, Tensor proprio, Action<string, Tensor>? hook) =>
        new(this, domain, vlmFeatures, auxVisualInputs, proprio, hook);

    /// <summary>Cosines, then sines, of the time of each denoising step, from 1 down: [steps, dim].</summary>
    private static Tensor TimeEmbedding(XVlaConfig config)
    {
        int steps = config.NumDenoisingSteps;
        int half = config.DimTime / 2;
        var frequencies = Scalars.Arange(0, half).to(ScalarType.Float32).mul(Scalars.Of(-Math.Log(100))).div(Scalars.Of((double)half)).exp();
        var phases = tensor([.. Enumerable.Range(0, steps).Select(i => (float)((double)(steps - i) / steps))]).unsqueeze(1) * frequencies.unsqueeze(0);
        return cat([phases.cos(), phases.sin(), zeros(steps, config.DimTime - 2 * half)], dim: 1);
    }

    /// <summary>The transformer with an observation.</summary>
    internal sealed class Observed
    {
        private readonly SoftPromptedTransformer _transformer;
        private readonly Action<string, Tensor>? _hook;
        private readonly Func<Tensor, Tensor> _actionEncoder;
        private readonly Func<Tensor, Tensor> _actionDecoder;
        private readonly Tensor _proprio;
        private readonly Tensor _vlm;
        private readonly Tensor _aux;
        private readonly Tensor _tokens;
        private readonly Tensor _actionPositions;

        public Observed(
            SoftPromptedTransformer transformer, Tensor domain, Tensor vlmFeatures, Tensor auxVisualInputs, Tensor proprio, Action<string, Tensor>? hook)
        {
            (_transformer, _hook, _proprio) = (transformer, hook, proprio.unsqueeze(1));
            var config = transformer._config;
            _actionEncoder = transformer._actionEncoder.Of(domain);
            _actionDecoder = transformer._actionDecoder.Of(domain);
            _vlm = transformer._vlmProj(domain)(vlmFeatures);
            _aux = transformer._auxVisualProj(domain)(auxVisualInputs);
            _actionPositions = transformer._posEmb.narrow(1, 0, config.ChunkSize);
            var seen = cat([_vlm, _aux], dim: 1);
            seen = seen.PlusInPlace(transformer._posEmb.narrow(1, config.ChunkSize, seen.shape[1]));
            _tokens = transformer._softPrompts is { } prompts
                ? cat([seen, prompts.index_select(0, domain).view(domain.shape[0], config.LenSoftPrompts, -1)], dim: 1)
                : seen;
        }

        /// <summary>Predicts actions, [B, chunk, action width], from noisy ones.</summary>
        /// <param name="noisy">[B, chunk, action width].</param>
        /// <param name="step">The denoising step.</param>
        public Tensor Forward(Tensor noisy, int step)
        {
            var (batch, chunk) = (noisy.shape[0], noisy.shape[1]);
            var actions = cat([noisy, _proprio.expand(-1, chunk, -1), _transformer._times[step].expand(batch, chunk, -1)], dim: 2);
            var encoded = _actionEncoder(actions);
            _hook?.Invoke("action_encoder", encoded);
            _hook?.Invoke("vlm_proj", _vlm);
            _hook?.Invoke("aux_visual_proj", _aux);
            var x = cat([encoded.Plus(_actionPositions), _tokens], dim: 1);
            for (int i = 0; i < _transformer._blocks.Length; i++)
            {
                x = _transformer._blocks[i].Forward(x);
                _hook?.Invoke($"blocks.{i}", x);
            }

            x = _transformer._norm.Forward(x.narrow(1, 0, chunk));
            _hook?.Invoke("norm", x);
            x = _actionDecoder(x);
            _hook?.Invoke("action_decoder", x);
            return x;
        }
    }

    private sealed class Block(XVlaConfig config, StateDict state)
    {
        private readonly LayerNorm _norm1 = new(state["norm1"], config.HiddenSize);
        private readonly SelfAttention _attn = new(state["attn"]["qkv"], state["attn"]["proj"], config.HiddenSize, config.NumHeads);
        private readonly LayerNorm _norm2 = new(state["norm2"], config.HiddenSize);
        private readonly Mlp _mlp = new(state["mlp"]["fc1"], state["mlp"]["fc2"], config.HiddenSize, approximate: true);

        public Tensor Forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            x = _attn.Forward(_norm1.Forward(x)).PlusInPlace(x);
            return _mlp.Forward(_norm2.Forward(x)).PlusInPlace(x).MoveToOuterDisposeScope();
        }
    }
}
