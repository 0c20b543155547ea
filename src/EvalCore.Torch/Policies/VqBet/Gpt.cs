using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Layers;
using static TorchSharp.torch;

namespace EvalCore.Torch.Policies.VqBet;

/// <summary>A GPT whose tokens are vectors: projection and positions, blocks with causal attention, output projection.</summary>
internal sealed class Gpt
{
    private readonly Linear _wte;
    private readonly Tensor _wpe;
    private readonly Block[] _h;
    private readonly LayerNorm _lnF;
    private readonly Linear _lmHead;

    public Gpt(VqBetConfig config, StateDict state)
    {
        var transformer = state["transformer"];
        _wte = new Linear(transformer["wte"], config.GptInputDim, config.GptHiddenDim);
        _wpe = transformer["wpe"].Load("weight", config.GptBlockSize, config.GptHiddenDim);
        _h = [.. Enumerable.Range(0, config.GptNLayer).Select(i => new Block(config, transformer["h"][i]))];
        _lnF = new LayerNorm(transformer["ln_f"], config.GptHiddenDim);
        _lmHead = new Linear(state["lm_head"], config.GptHiddenDim, config.GptOutputDim, bias: false);
    }

    /// <summary>[B, S, input] to [B, S, output]; or of one token, which attends to those before it, to [B, 1, output].</summary>
    /// <param name="tokens">All tokens.</param>
    /// <param name="place">The one token, or null. Then no more is computed than that token needs.</param>
    /// <param name="hook">Takes the modules' outputs, or null.</param>
    public Tensor Forward(Tensor tokens, long? place, Action<string, Tensor>? hook)
    {
        if (place is { } last)
            tokens = tokens.narrow(1, 0, last + 1);
        var x = _wte.Forward(tokens);
        hook?.Invoke("policy.transformer.wte", x);
        x = x.PlusInPlace(_wpe.narrow(0, 0, x.shape[1]));
        for (int i = 0; i < _h.Length; i++)
        {
            x = place is not null && i == _h.Length - 1 ? _h[i].Last(x) : _h[i].Forward(x, hook, $"policy.transformer.h.{i}");
            hook?.Invoke($"policy.transformer.h.{i}", x);
        }

        x = _lnF.Forward(x);
        hook?.Invoke("policy.transformer.ln_f", x);
        x = _lmHead.Forward(x);
        hook?.Invoke("policy", x);
        return x;
    }

    private sealed class Block(VqBetConfig config, StateDict state)
    {
        private readonly LayerNorm _ln1 = new(state["ln_1"], config.GptHiddenDim);
        private readonly SelfAttention _attn = new(state["attn"]["c_attn"], state["attn"]["c_proj"], config.GptHiddenDim, config.GptNHead, causal: true);
        private readonly LayerNorm _ln2 = new(state["ln_2"], config.GptHiddenDim);
        private readonly Mlp _mlp = new(state["mlp"][0], state["mlp"][2], config.GptHiddenDim);

        /// <summary>What <see cref="Forward"/> gives for the last token.</summary>
        public Tensor Last(Tensor x)
        {
            var y = _attn.Last(_ln1.Forward(x)).PlusInPlace(x.narrow(1, x.shape[1] - 1, 1));
            return _mlp.Forward(_ln2.Forward(y)).PlusInPlace(y);
        }

        public Tensor Forward(Tensor x, Action<string, Tensor>? hook, string name)
        {
            var attended = _attn.Forward(_ln1.Forward(x));
            hook?.Invoke($"{name}.attn", attended);
            x = attended.PlusInPlace(x);
            var mlp = _mlp.Forward(_ln2.Forward(x));
            hook?.Invoke($"{name}.mlp", mlp);
            return mlp.PlusInPlace(x);
        }
    }
}
