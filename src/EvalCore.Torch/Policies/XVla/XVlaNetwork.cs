using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Layers;
using static TorchSharp.torch;

namespace EvalCore.Torch.Policies.XVla;

/// <summary>
/// X-VLA (Zheng et al., 2025), as LeRobot v0.6.1 evaluates it: Florence-2's vision tower and encoder see the images and the
/// instruction, and a transformer with soft prompts of the robot's domain denoises actions.
/// </summary>
internal sealed class XVlaNetwork : PolicyNetwork
{
    private const string DefaultDomainKey = "domain_id";

    private static readonly (string Old, string Now)[] OldBlockNames =
    [
        (".conv1.fn.dw.", ".conv1."), (".conv2.fn.dw.", ".conv2."),
        (".window_attn.norm.", ".norm1."), (".channel_attn.norm.", ".norm1."), (".ffn.norm.", ".norm2."),
        (".window_attn.fn.", ".window_attn."), (".channel_attn.fn.", ".channel_attn."), (".ffn.fn.net.", ".ffn."),
    ];

    private static readonly (string Old, string Now)[] OldProjectorNames =
    [
        ("image_projection", "image_projection"), ("image_proj_norm", "image_proj_norm"),
        ("image_pos_embed", "image_position_embed"), ("visual_temporal_embed", "visual_temporal_embed"),
    ];

    private readonly XVlaConfig _config;
    private readonly StateDict _state;
    private readonly ActionMode _mode;
    private readonly ScalarType _type;
    private readonly DaVit _visionTower;
    private readonly MultiModalProjector _projector;
    private readonly BartEncoder _encoder;
    private readonly SoftPromptedTransformer _transformer;
    private readonly Tensor? _gripperMask;
    private readonly Tensor? _notGripper;

    /// <summary>Builds the network.</summary>
    /// <param name="config">Its configuration.</param>
    /// <param name="state">Its parameters; belongs to the network from here on.</param>
    /// <param name="images">Height and width of each image that the environment has.</param>
    public XVlaNetwork(XVlaConfig config, StateDict state, IReadOnlyList<(int Height, int Width)> images)
    {
        (_config, _state, _mode) = (config, state, ActionMode.Find(config)!);
        _type = config.Dtype == "bfloat16" ? ScalarType.BFloat16 : ScalarType.Float32;
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        string file = config.Folder.Config;
        if (config.ResizeImgsWithPadding is null && images.Distinct().Count() > 1)
            throw new EvalCoreException($"an X-VLA policy reads images of one size, but these are {string.Join(", ", images.Select(p => $"{p.Height}x{p.Width}"))}; give --policy.resize_imgs_with_padding=[height,width]");
        var (height, width) = config.ResizeImgsWithPadding is [var h, var w] ? (h, w) : images[0];
        state.Rename(NewName);
        var model = state["model"].As(_type);
        var vlm = model["vlm"];
        _visionTower = new DaVit(config.Florence.Vision, vlm["vision_tower"], file);
        _projector = new MultiModalProjector(vlm["multi_modal_projector"], _visionTower.MapSize(height, width), _visionTower.OutChannels);
        _encoder = new BartEncoder(config.Florence.Text, vlm["language_model"], _projector.Width, file);
        long tokens = _projector.Tokens + config.TokenizerMaxLength;
        if (tokens > _encoder.MaxTokens)
            throw new EvalCoreException($"{file}: tokenizer_max_length is {config.TokenizerMaxLength}; with the {_projector.Tokens} tokens of an image that is more than the {_encoder.MaxTokens} positions of the encoder");
        tokens += config.ChunkSize + (config.Views - 1) * _projector.Tokens;
        if (tokens > config.MaxLenSeq)
            throw new EvalCoreException($"{file}: max_len_seq is {config.MaxLenSeq}, but {config.Views} images, the instruction and a chunk have {tokens} tokens");
        _transformer = new SoftPromptedTransformer(config, model["transformer"], _mode.Width, _projector.Width);
        if (_mode.Grippers.Length > 0)
        {
            bool[] grippers = [.. Enumerable.Range(0, Math.Max(_mode.Width, config.ProprioDim)).Select(i => _mode.Grippers.Contains(i))];
            var mask = tensor(grippers).to(state.Device);
            _gripperMask = state.Keep(mask.narrow(0, 0, _mode.Width).clone());
            _notGripper = state.Keep(mask.logical_not().to(_type));
        }

        state.Close(unused: name => name == "model.vlm.language_model.shared.weight");
    }

    public override int ObservationSteps => 1;

    public override int ActionSteps => _config.NActionSteps;

    public override long Parameters => _state.Parameters;

    public override Tensor PredictActionChunk(IReadOnlyDictionary<string, Tensor> observation, IReadOnlyList<EpisodeState> episodes)
    {
        var hook = ForwardHook?.Within("model");
        int batch = episodes.Count;
        var views = Views(observation, batch, hook);
        var ids = observation[FeatureNames.LanguageTokens];
        Prompt.Check(ids.cpu().contiguous().data<long>().ToArray(), _encoder.Vocabulary);
        var encoded = _encoder.Forward(views.select(1, 0), ids, hook?.Within("vlm.language_model.encoder"));
        var transformer = _transformer.Observe(
            Domain(observation, batch), encoded, views.narrow(1, 1, _config.Views - 1).flatten(1, 2), Hide(Proprio(observation, batch)),
            hook?.Within("transformer"));

        var noise = Randn(episodes);
        var actions = zeros_like(noise);
        int steps = _config.NumDenoisingSteps;
        for (int step = 0; step < steps; step++)
        {
            using var scope = NewDisposeScope();
            float time = (float)((double)(steps - step) / steps);
            var noisy = noise.mul(Scalars.Of(time)).PlusInPlace(actions.mul(Scalars.Of(1 - time)));
            actions = transformer.Forward(Hide(noisy), step).MoveToOuterDisposeScope();
        }

        if (_gripperMask is not null)
            actions = where(_gripperMask, actions.sigmoid(), actions);
        return actions.narrow(2, 0, _mode.ActionDim).to(ScalarType.Float32);
    }

    public override void Dispose() => _state.Dispose();

    /// <summary>
    /// What this version calls a tensor. Files of before LeRobot 0.6 have the modules of Microsoft's own Florence-2, among them
    /// the transpose of <c>image_projection</c>.
    /// </summary>
    private static string? NewName(string name)
    {
        const string Vlm = "model.vlm.";
        if (!name.StartsWith(Vlm, StringComparison.Ordinal))
            return name;
        string rest = name[Vlm.Length..];
        if (rest == "language_model.final_logits_bias")
            return null;
        if (rest.StartsWith("language_model.model.", StringComparison.Ordinal))
            return $"{Vlm}language_model.{rest["language_model.model.".Length..]}";
        if (rest.StartsWith("vision_tower.convs.", StringComparison.Ordinal))
            return Vlm + rest.Replace(".proj.", ".conv.", StringComparison.Ordinal);
        if (rest.StartsWith("vision_tower.blocks.", StringComparison.Ordinal))
        {
            foreach (var (old, now) in OldBlockNames)
                rest = rest.Replace(old, now, StringComparison.Ordinal);
            return Vlm + rest;
        }

        foreach (var (old, now) in OldProjectorNames)
        {
            if (rest == old || rest.StartsWith($"{old}.", StringComparison.Ordinal))
                return $"{Vlm}multi_modal_projector.{now}{rest[old.Length..]}";
        }

        return name;
    }

    /// <summary>The tokens of each image, [B, views, tokens, D]; zeros for those that are missing, after the others.</summary>
    private Tensor Views(IReadOnlyDictionary<string, Tensor> observation, int batch, Action<string, Tensor>? hook)
    {
        var images = new List<Tensor>();
        foreach (string name in _config.Images)
        {
            if (observation.TryGetValue(name, out var image))
                images.Add(_config.ResizeImgsWithPadding is [var height, var width] ? ResizeWithPad.RightBottom(image, height, width) : image);
        }

        var seen = (images.Count == 1 ? images[0] : stack(images, dim: 1).flatten(0, 1)).to(_type);
        var map = _visionTower.Forward(seen, hook?.Within("vlm.vision_tower"));
        var tokens = _projector.Forward(map);
        hook?.Invoke("vlm.multi_modal_projector", tokens);
        tokens = tokens.view(batch, images.Count, _projector.Tokens, -1);
        return images.Count == _config.Views ? tokens : nn.functional.pad(tokens, [0, 0, 0, 0, 0, _config.Views - images.Count]);
    }

    /// <summary>The domain of each row, [B] int64: 0 where the pre-processor gives none.</summary>
    private Tensor Domain(IReadOnlyDictionary<string, Tensor> observation, int batch)
    {
        if (!(_config.DomainFeatureKey is { } key && observation.TryGetValue(key, out var domain)) && !observation.TryGetValue(DefaultDomainKey, out domain))
            return zeros(batch, dtype: ScalarType.Int64, device: _state.Device);
        domain = domain.to(ScalarType.Int64).to(_state.Device);
        if (domain.dim() > 1)
            domain = domain.flatten(1).select(1, 0);
        long[] domains = [.. domain.cpu().data<long>()];
        foreach (long id in domains)
        {
            if (id < 0 || id >= _config.NumDomains)
                throw new EvalCoreException($"{_config.Folder.Preprocessor}: domain_id is {id}, but the policy has domains 0 to {_config.NumDomains - 1}");
        }

        return domains.Length == batch ? domain.reshape(batch) : domain.reshape(1).expand(batch);
    }

    /// <summary>The robot's state, cut or filled with zeros to the width that the network has, [B, D].</summary>
    private Tensor Proprio(IReadOnlyDictionary<string, Tensor> observation, int batch)
    {
        if (!_config.UseProprio)
            return zeros(batch, 0, dtype: _type, device: _state.Device);
        var state = observation[FeatureNames.State].to(_type);
        long given = state.shape[1];
        return given >= _config.MaxStateDim ? state.narrow(1, 0, _config.MaxStateDim) : nn.functional.pad(state, [0, _config.MaxStateDim - given]);
    }

    /// <summary>Zeros in place of grippers in the last dimension.</summary>
    private Tensor Hide(Tensor x) => _notGripper is null || x.shape[^1] == 0 ? x : x.mul(_notGripper.narrow(0, 0, x.shape[^1]));

    /// <summary>Noise for each episode: [B, chunk, action width].</summary>
    private Tensor Randn(IReadOnlyList<EpisodeState> episodes)
    {
        Tensor[] draws = [.. episodes.Select(episode => episode.Noise.Randn(1, _config.ChunkSize, _mode.Width))];
        return cat(draws, dim: 0).to(_type).to(_state.Device);
    }
}
