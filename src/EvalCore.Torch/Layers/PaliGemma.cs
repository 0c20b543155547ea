using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>
/// PaliGemma (Beyer et al., 2024): SigLIP's vision tower, a linear projector and Gemma, as openpi's policies use it. Images
/// are float32 throughout; the language model computes in the type that is asked for.
/// </summary>
internal sealed class PaliGemma
{
    private const long VisionHeads = 16;

    private readonly SiglipVisionModel _visionTower;
    private readonly Linear _multiModalProjector;
    private readonly Tensor _embedTokens;
    private readonly Tensor _embedScale;
    private readonly Linear? _lmHead;

    /// <summary>Loads the tensors; all sizes but the numbers of heads are read from them.</summary>
    /// <param name="state">The part <c>paligemma</c>.</param>
    /// <param name="type">The type of the language model.</param>
    /// <param name="lmHead">Whether <see cref="Logits"/> is needed.</param>
    public PaliGemma(StateDict state, ScalarType type, bool lmHead = false)
    {
        var model = state["model"];
        var language = model["language_model"];
        _visionTower = new SiglipVisionModel(model["vision_tower"]["vision_model"], VisionHeads);
        LanguageModel = new Decoder(language, DecoderKind.Gemma, type, fillsOnly: !lmHead);
        _multiModalProjector = new Linear(model["multi_modal_projector"]["linear"], _visionTower.Width, LanguageModel.Width);

        // One matrix embeds tokens and makes logits; a file may have it under one of the two names alone.
        bool embeds = language["embed_tokens"].Has("weight");
        _embedTokens = (embeds ? language["embed_tokens"] : state["lm_head"]).As(type).Load("weight", -1, LanguageModel.Width);
        if (lmHead)
            _lmHead = embeds ? new Linear(state["lm_head"].As(type), LanguageModel.Width, _embedTokens.shape[0], bias: false) : new Linear(_embedTokens);
        _embedScale = state.Keep(tensor((float)Math.Sqrt(LanguageModel.Width)).to(type).to(state.Device));
    }

    /// <summary>Gemma.</summary>
    public Decoder LanguageModel { get; }

    /// <summary>How many tokens it knows.</summary>
    public long Vocabulary => _embedTokens.shape[0];

    /// <summary>Height and width of an image.</summary>
    public long ImageSize => _visionTower.ImageSize;

    /// <summary>The images that are there, in the order of their names: each [B, 3, size, size] from -1 to 1.</summary>
    public Tensor[] Images(IReadOnlyDictionary<string, Tensor> observation, IEnumerable<string> names) =>
    [
        .. names.Where(observation.ContainsKey).Select(name => ResizeWithPad
            .Centred(observation[name], ImageSize, ImageSize).mul(Scalars.Two).Plus(Scalars.Of(-1f))),
    ];

    /// <summary>Images, then the instruction: one block.</summary>
    public TokenSequence EmbedPrefix(Tensor[] images, Prompt prompt, int batch, Action<string, Tensor>? hook = null)
    {
        // All images are one batch: the vision tower's weights are read once.
        var tokens = EmbedImages(cat(images, dim: 0), hook);
        var prefix = new TokenSequence(batch, tokens.device);
        foreach (var image in tokens.split(batch))
            prefix.Add(image, block: 0);
        prefix.Add(EmbedTokens(prompt.Ids, hook), block: 0, prompt.Lengths);
        return prefix;
    }

    /// <summary>Images [N, 3, <see cref="ImageSize"/>, <see cref="ImageSize"/>] from -1 to 1, to tokens [N, tokens, width], float32.</summary>
    public Tensor EmbedImages(Tensor pixels, Action<string, Tensor>? hook = null)
    {
        var features = _visionTower.Forward(pixels, hook?.Within("model.vision_tower.vision_model"));
        var tokens = _multiModalProjector.Forward(features);
        hook?.Invoke("model.multi_modal_projector", tokens);
        return tokens;
    }

    /// <summary>Token ids [B, L] int64 to [B, L, width].</summary>
    public Tensor EmbedTokens(Tensor ids, Action<string, Tensor>? hook = null)
    {
        var tokens = _embedTokens.index_select(0, ids.flatten()).mul_(_embedScale).view(ids.shape[0], ids.shape[1], -1);
        hook?.Invoke("model.language_model.embed_tokens", tokens);
        return tokens;
    }

    /// <summary>Hidden states [B, S, width] to the logits of the next token, [B, S, vocabulary].</summary>
    public Tensor Logits(Tensor hidden) => _lmHead!.Forward(hidden);
}
