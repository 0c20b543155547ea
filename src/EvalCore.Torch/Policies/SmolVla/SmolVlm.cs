using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Layers;
using static TorchSharp.torch;

namespace EvalCore.Torch.Policies.SmolVla;

/// <summary>SmolVLM2 (Marafioti et al., 2025): SigLIP's vision model, a connector that puts square groups of tokens together, and SmolLM2.</summary>
internal sealed class SmolVlm
{
    private const long VisionHeads = 12;

    private readonly SiglipVisionModel _visionModel;
    private readonly Linear _modalityProjection;
    private readonly Tensor _embedTokens;
    private readonly long _grid;

    /// <summary>How many tokens of a row, and of a column, become one.</summary>
    private readonly long _scaleFactor;

    /// <summary>Loads the tensors; all sizes but the numbers of heads are read from them.</summary>
    /// <param name="state">The part <c>vlm.model</c>.</param>
    /// <param name="layers">How many layers of the text model are used; null: all.</param>
    public SmolVlm(StateDict state, int? layers)
    {
        _visionModel = new SiglipVisionModel(state["vision_model"], VisionHeads);
        TextModel = new Decoder(state["text_model"], DecoderKind.SmolLm2, ScalarType.Float32, layers: layers, fillsOnly: true);
        var projection = state["connector"]["modality_projection"]["proj"];
        long inputs = projection.Shape("weight")[1];
        _grid = (long)Math.Sqrt(_visionModel.Tokens);
        _scaleFactor = (long)Math.Sqrt((double)inputs / _visionModel.Width);
        if (_scaleFactor * _scaleFactor * _visionModel.Width != inputs || _grid % _scaleFactor != 0)
        {
            throw new EvalCoreException(
                $"{state.Paths[0]}: tensor 'modality_projection.proj.weight' reads {inputs} numbers, not those of a square of tokens of {_visionModel.Width} in a grid of {_grid}x{_grid}");
        }

        _modalityProjection = new Linear(projection, inputs, TextModel.Width, bias: false);
        _embedTokens = state["text_model"]["embed_tokens"].Load("weight", -1, TextModel.Width);
    }

    /// <summary>SmolLM2.</summary>
    public Decoder TextModel { get; }

    /// <summary>How many tokens it knows.</summary>
    public long Vocabulary => _embedTokens.shape[0];

    /// <summary>Height and width of an image.</summary>
    public long ImageSize => _visionModel.ImageSize;

    /// <summary>Images [N, 3, <see cref="ImageSize"/>, <see cref="ImageSize"/>] from -1 to 1, to tokens [N, tokens, width].</summary>
    public Tensor EmbedImages(Tensor pixels, Action<string, Tensor>? hook = null)
    {
        var features = _visionModel.Forward(pixels, hook?.Within("vision_model"));
        hook?.Invoke("vision_model", features);
        var (n, s) = (features.shape[0], _scaleFactor);
        var squares = features.view(n, _grid / s, s, _grid / s, s * _visionModel.Width).transpose(2, 3).reshape(n, _grid / s * (_grid / s), -1);
        var tokens = _modalityProjection.Forward(squares);
        hook?.Invoke("connector", tokens);
        return tokens;
    }

    /// <summary>Token ids [B, L] int64 to [B, L, width].</summary>
    public Tensor EmbedTokens(Tensor ids) => _embedTokens.index_select(0, ids.flatten()).view(ids.shape[0], ids.shape[1], -1);
}
