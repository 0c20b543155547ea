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
        _wpe = state.Keep(transformer["wpe"].LoadTemporary("weight", config.GptBlockSize, config.GptHiddenDim).narrow(0, 0, config.Tokens).clone());
        _h = [.. Enumerable.Range(0, config.GptNLayer).Select(i => new Block(config, transformer["h"][i]))];
        _lnF = new LayerNorm(transformer["ln_f"], config.GptHiddenDim);
        _lmHead = new Linear(state["lm_head"], config.GptHiddenDim, config.GptOutputDim, bias: false);
    }

    /// <summary>[B, S, input] to [B, S, output].</summary>
    public Tensor Forward(Tensor tokens, Action<string, Tensor>? hook)
    {
        var x = _wte.Forward(tokens);
        hook?.Invoke("policy.transformer.wte", x);
        x = x.Plus(_wpe);
        for (int i = 0; i < _h.Length; i++)
        {
            x = _h[i].Forward(x, hook, $"policy.transformer.h.{i}");
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
