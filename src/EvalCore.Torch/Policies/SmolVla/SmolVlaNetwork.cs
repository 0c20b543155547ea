using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Layers;
using static TorchSharp.torch;

namespace EvalCore.Torch.Policies.SmolVla;

/// <summary>
/// SmolVLA (Shukor et al., 2025) as LeRobot v0.6.1 evaluates it: SmolVLM2 reads images, instruction and state, once per
/// chunk; the action expert, which attends to its keys and values, turns noise into actions by flow matching. Cameras that
/// are missing and padding are left out: LeRobot computes them and masks them, with the same result.
/// </summary>
internal sealed class SmolVlaNetwork : PolicyNetwork
{
    private readonly SmolVlaConfig _config;
    private readonly StateDict _state;
    private readonly SmolVlm _vlm;
    private readonly SmolVlaExpert _expert;
    private readonly Linear _stateProj;
    private readonly ActionTimeMlp _actionTimeMlp;
    private readonly Linear _actionOutProj;

    /// <summary>The square root of a token's width, with which images and words are multiplied.</summary>
    private readonly double _embedScale;

    /// <summary>The tokens before and after an image, [1, 2, width] and [1, 1, width]; null where there are none.</summary>
    private readonly (Tensor Start, Tensor End)? _aroundImages;

    /// <summary>Builds the network.</summary>
    /// <param name="config">Its configuration.</param>
    /// <param name="state">Its parameters; belongs to the network from here on.</param>
    /// <param name="images">Height and width of each image that the environment has.</param>
    public SmolVlaNetwork(SmolVlaConfig config, StateDict state, IReadOnlyList<(int Height, int Width)> images)
    {
        _config = config;
        _state = state;
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        var model = state["model"];
        var both = model["vlm_with_expert"];
        _vlm = new SmolVlm(both["vlm"]["model"], config.NumVlmLayers > 0 ? config.NumVlmLayers : null);
        CheckSizes(images);
        _expert = new SmolVlaExpert(config, both["lm_expert"], _vlm.TextModel);
        _embedScale = Math.Sqrt(_vlm.TextModel.Width);
        _stateProj = new Linear(model["state_proj"], config.MaxStateDim, _vlm.TextModel.Width);
        var times = FlowMatching.TimeEmbedding(FlowMatching.Times(config.NumSteps), _expert.Width, config.MinPeriod, config.MaxPeriod);
        _actionTimeMlp = new ActionTimeMlp(model, config.MaxActionDim, times.to(state.Device));
        _actionOutProj = new Linear(model["action_out_proj"], _expert.Width, config.MaxActionDim);
        if (config.AddImageSpecialTokens)
            _aroundImages = (state.Keep(SpecialTokens("<fake_token_around_image>", "<global-img>")), state.Keep(SpecialTokens("<fake_token_around_image>")));

        // Layers of the text model above those that are used are not even built by LeRobot.
        const string TextLayers = "model.vlm_with_expert.vlm.model.text_model.layers.";
        state.Close(unused: name => name.EndsWith(".lm_head.weight", StringComparison.Ordinal)
            || (name.StartsWith(TextLayers, StringComparison.Ordinal) && int.TryParse(name[TextLayers.Length..].Split('.')[0], out int layer) && layer >= _vlm.TextModel.Layers));
    }

    public override int ObservationSteps => 1;

    public override int ActionSteps => _config.NActionSteps;

    public override long Parameters => _state.Parameters;

    public override Tensor PredictActionChunk(IReadOnlyDictionary<string, Tensor> observation, IReadOnlyList<EpisodeState> episodes)
    {
        var prefix = EmbedPrefix(observation, episodes.Count);
        var cache = _vlm.TextModel.NewCache(episodes.Count, prefix.Length + _config.ChunkSize);
        _vlm.TextModel.Fill(
            prefix.Embeddings, _vlm.TextModel.Rotary(prefix.Positions), prefix.MaskOfSelf(_vlm.TextModel.Type), cache,
            ForwardHook?.Within("model.vlm_with_expert.vlm.model.text_model"));

        var context = _expert.Prepare(prefix, cache, _config.ChunkSize);
        var actions = FlowMatching.Integrate(Randn(episodes), _config.NumSteps, Velocity);
        return actions.narrow(2, 0, _config.ActionDim);

        Tensor Velocity(Tensor x, int step)
        {
            var tokens = _actionTimeMlp.Forward(x, step, ForwardHook?.Within("model"));
            var velocity = _actionOutProj.Forward(_expert.Forward(tokens, context, ForwardHook?.Within("model.vlm_with_expert.lm_expert")));
            ForwardHook?.Invoke("model.action_out_proj", velocity);
            return velocity;
        }
    }

    public override void Dispose() => _state.Dispose();

    /// <summary>Images and the instruction in one block, then the state.</summary>
    internal TokenSequence EmbedPrefix(IReadOnlyDictionary<string, Tensor> observation, int batch)
    {
        // All images are one batch: the vision model's weights are read once.
        var hook = ForwardHook?.Within("model.vlm_with_expert.vlm.model");
        var scale = Scalars.Of(_embedScale);
        var tokens = _vlm.EmbedImages(cat(Images(observation), dim: 0), hook).mul_(scale).split(batch);
        var prefix = new TokenSequence(batch, _state.Device);
        for (int i = 0; i < tokens.Length + MaskedCameras(tokens.Length); i++)
        {
            if (_aroundImages is { } before)
                prefix.Add(before.Start.expand(batch, -1, -1), block: 0);
            if (i < tokens.Length)
                prefix.Add(tokens[i], block: 0);
            if (_aroundImages is { } after)
                prefix.Add(after.End.expand(batch, -1, -1), block: 0);
        }

        var prompt = Prompt.Of(observation, _vlm.Vocabulary);
        var words = _vlm.EmbedTokens(prompt.Ids);
        hook?.Invoke("text_model.embed_tokens", words);
        prefix.Add(words.mul_(scale), block: 0, prompt.Lengths);

        var state = observation[FeatureNames.State];
        var stateToken = _stateProj.Forward(nn.functional.pad(state, [0, _config.MaxStateDim - state.shape[1]]));
        ForwardHook?.Invoke("model.state_proj", stateToken);
        prefix.Add(stateToken.unsqueeze(1), block: 1);
        return prefix;
    }

    /// <summary>The images that are there, in the configuration's order: each [B, 3, size, size] from -1 to 1.</summary>
    internal Tensor[] Images(IReadOnlyDictionary<string, Tensor> observation) =>
    [
        .. _config.Images.Where(observation.ContainsKey).Select(name => ResizeWithPad
            .RightBottom(observation[name], _vlm.ImageSize, _vlm.ImageSize).mul(Scalars.Two).Plus(Scalars.Of(-1f))),
    ];

    /// <summary>How many missing cameras stand in the prefix as masked images: their tokens are not seen, those around them are.</summary>
    private int MaskedCameras(int present)
    {
        if (_aroundImages is null)
            return 0;
        int declared = _config.Images.Union(Enumerable.Range(0, _config.EmptyCameras).Select(i => $"{FeatureNames.EmptyCamera}{i}")).Count();
        return Math.Min(declared - present, _config.EmptyCameras);
    }

    /// <summary>The vision model's positions are those of full images.</summary>
    private void CheckSizes(IReadOnlyList<(int Height, int Width)> images)
    {
        int size = (int)_vlm.ImageSize;
        string file = Path.GetFileName(_state.Paths[0]);
        if (_config.ResizeImgsWithPadding is { } resize && (resize[0], resize[1]) != (size, size))
            throw new EvalCoreException($"{_config.Folder.Config}: resize_imgs_with_padding is [{resize[0]}, {resize[1]}], but the vision model of {file} reads images of {size}x{size}");
        if (_config.ResizeImgsWithPadding is null && images.Any(image => image != (size, size)))
            throw new EvalCoreException($"{_config.Folder.Config}: resize_imgs_with_padding is null, but the vision model of {file} reads images of {size}x{size}; make it [{size}, {size}]");
    }

    private Tensor SpecialTokens(params string[] tokens)
    {
        var tokenizer = _config.Tokenizers.Text(_config.VlmModelName);
        long[] ids =
        [
            .. tokens.Select(token => (long)(tokenizer.IdOf(token)
                ?? throw new EvalCoreException($"{_config.Folder.Config}: add_image_special_tokens is true, but the tokenizer '{_config.VlmModelName}' has no token '{token}'"))),
        ];
        return _vlm.EmbedTokens(tensor(ids).unsqueeze(0).to(_state.Device));
    }

    private Tensor Randn(IReadOnlyList<EpisodeState> episodes) =>
        cat([.. episodes.Select(episode => episode.Noise.Randn(1, _config.ChunkSize, _config.MaxActionDim))], dim: 0).to(_state.Device);
}
