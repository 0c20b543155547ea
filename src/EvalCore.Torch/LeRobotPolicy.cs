using System.Runtime.InteropServices;
using EvalCore.Environments;
using EvalCore.Features;
using EvalCore.Policies;
using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Diagnostics;
using EvalCore.Torch.Layers;
using EvalCore.Torch.Policies;
using EvalCore.Torch.Processors;
using Safetensors;
using static TorchSharp.torch;

namespace EvalCore.Torch;

/// <summary>
/// A LeRobot checkpoint, ready to play: pre-processor, network, post-processor. All episodes of a forward pass go through
/// the three as one batch on the policy's device, and the actions are copied to the CPU once, at the end.
/// </summary>
internal sealed class LeRobotPolicy : IInspectablePolicy
{
    private const long SmallNetwork = 5_000_000;

    private readonly PolicyNetwork _network;
    private readonly ProcessorPipeline _preprocessor;
    private readonly ProcessorPipeline _postprocessor;
    private readonly Device _device;
    private readonly Autocast? _autocast;
    private readonly Tensor _largestByte;

    /// <summary>What keeps the state that actions are relative to; null where they are not.</summary>
    private readonly RelativeActionsProcessor? _relative;
    private readonly int _threads;

    private LeRobotPolicy(
        LeRobotConfig config, PolicyNetwork network, ProcessorPipeline preprocessor, ProcessorPipeline postprocessor,
        IReadOnlyList<ObservationField> inputs, int actionDimension, Device device, Autocast? autocast,
        IReadOnlyDictionary<string, string> provenance)
    {
        Type = config.Type;
        ActionDimension = actionDimension;
        Batching = CallsOf(config);
        Inputs = inputs;
        ObservationKeys = [.. inputs.Select(input => input.Key)];
        Provenance = provenance;
        _network = network;
        _preprocessor = preprocessor;
        _postprocessor = postprocessor;
        _device = device;
        _autocast = autocast;
        if (postprocessor.Steps.OfType<AbsoluteActionsProcessor>().Any(step => step.Enabled))
            _relative = preprocessor.Steps.OfType<RelativeActionsProcessor>().First();

        // A tensor, because on a GPU torch divides by a number as it multiplies by the inverse, which rounds differently.
        _largestByte = tensor(255f).to(device).DetachFromDisposeScope();

        // Other threads step simulators meanwhile; a small network computes no faster with them.
        _threads = Batching == PolicyBatching.PerSession || network.Parameters < SmallNetwork ? 1 : Environment.ProcessorCount;
    }

    /// <inheritdoc/>
    public string Type { get; }

    /// <inheritdoc/>
    public int ActionDimension { get; }

    /// <inheritdoc/>
    public bool ReadsInstruction => _preprocessor.Steps.OfType<TokenizerProcessor>().Any();

    /// <inheritdoc/>
    public IReadOnlyList<string> ObservationKeys { get; }

    /// <inheritdoc/>
    public PolicyBatching Batching { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Provenance { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Repositories { get; private init; } = new Dictionary<string, string>();

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, FeatureStatistics> Statistics { get; private init; } = FeatureStatistics.None;

    /// <summary>The environment's fields that the policy reads.</summary>
    internal IReadOnlyList<ObservationField> Inputs { get; }

    /// <summary>The network, for tests of its modules.</summary>
    internal PolicyNetwork Network => _network;

    /// <summary>Loads a checkpoint.</summary>
    /// <param name="config">The checkpoint's folder and its flags.</param>
    /// <param name="context">What it will observe and act on.</param>
    /// <param name="device">Where it computes; null for what the configuration says.</param>
    /// <exception cref="EvalCoreException">The checkpoint is damaged or does not fit the environment.</exception>
    public static LeRobotPolicy Load(LeRobotConfig config, PolicyContext context, Device? device = null)
    {
        // libtorch takes a fifth of a second to load; meanwhile the files are read that need none of it.
        var loading = Task.Run(TorchThreads.Load);
        var folder = config.Folder;
        folder.CheckComplete();
        if (config.UnknownFields.Count > 0)
            context.Warn($"{folder.Config}: ignoring fields this version does not know: {string.Join(", ", config.UnknownFields)}");
        if (config.AmpInFile && !config.Given.Contains("use_amp"))
            context.Warn($"{folder.Config}: use_amp is true, but only the flag decides: computing in float32; give --policy.use_amp for mixed precision, as lerobot-eval has it with this file");
        string[] withoutEffect = [.. config.WithoutEffect().Select(field => $"--policy.{field}")];
        if (withoutEffect.Length > 0)
            context.Warn($"{string.Join(", ", withoutEffect)}: no effect in an evaluation, only in training");
        if (config.Repository?.Note is { } cached)
            context.Warn(cached);
        foreach (string note in config.Notes.Concat(folder.Notes))
            context.Warn(note);
        var environment = CheckFit(config, context);
        int actionDimension = environment?.ActionDimension ?? config.ActionDim;
        if (context.ActionSpace is { } space && environment?.Note(space) is { } processed)
            context.Warn(processed);

        var inputs = InputFields.Find(config, context);
        var provenance = new Dictionary<string, string>();
        loading.GetAwaiter().GetResult();
        device ??= TorchDevice.Choose(config, context.Warn);
        TorchThreads.Use(1);

        ProcessorPipeline? preprocessor = null;
        ProcessorPipeline? postprocessor = null;
        StateDict? state = null;
        Autocast? autocast = null;
        try
        {
            state = StateDict.Open(folder.Model, device);
            AddHashes(provenance, [folder.Config, .. state.Paths]);
            (preprocessor, postprocessor) = PolicyPipelines.Load(config, context, state);
            foreach (var tokenizer in preprocessor.Steps.OfType<TokenizerProcessor>())
                tokenizer.Warn = context.Warn;
            if (environment is not null)
            {
                preprocessor = preprocessor.Extended(environment.NewPreprocessor(device), []);
                postprocessor = postprocessor.Extended([], environment.NewPostprocessor());
            }

            var sizes = inputs.Where(input => input.Kind == ObservationKind.Image).ToDictionary(
                input => RenameObservationsProcessor.NewName(context.RenameMap, input.Key), input => (input.Shape[0], input.Shape[1]));
            var network = Build(config, state, [.. config.Images.Where(sizes.ContainsKey).Select(name => sizes[name])], autocast = config.UseAmp ? new Autocast(device) : null);
            foreach (string note in network.Notes)
                context.Warn(note);
            AddHashes(provenance, [.. preprocessor.Files, .. postprocessor.Files]);
            foreach (var (name, file) in config.Tokenizers.Files)
                provenance[name] = "sha256:" + CheckpointFolder.Sha256(file);
            AddSettings(provenance, config, context, device);
            var policy = new LeRobotPolicy(config, network, preprocessor, postprocessor, inputs, actionDimension, device, autocast, provenance)
            {
                Repositories = RepositoriesOf(config),
                Statistics = CheckpointStatistics.Of(preprocessor, postprocessor, inputs, context.RenameMap),
            };
            policy.Rehearse(config, [.. inputs.Select(input => RenameObservationsProcessor.NewName(context.RenameMap, input.Key))], context.Warn);
            if (CheckpointStatistics.Disagreement(preprocessor, postprocessor) is { } disagreement)
                context.Warn(disagreement);
            return policy;
        }
        catch (Exception e)
        {
            autocast?.Dispose();
            state?.Dispose();
            preprocessor?.Dispose();
            postprocessor?.Dispose();

            // Zeros stand for what does not fit, so that all of it is found; with them, torch itself may fail.
            if (e is not (EvalCoreException or SafetensorsException) && state is { IsBuilt: false, Misfit: { } misfit })
                e = misfit;
            throw e switch
            {
                EvalCoreException when state is { IsBuilt: false } && postprocessor is not null && config.Overrides().Where(field => !config.WithoutEffect().Contains(field.Key)).ToList() is { Count: > 0 } given =>
                    new EvalCoreException($"{e.Message} (given: {string.Join(", ", given.Select(field => $"--policy.{field.Key}={field.Value.Trim('"')}"))})", e),
                SafetensorsException => new EvalCoreException(e.Message, e),
                ExternalException error => new EvalCoreException($"{folder.Config}: the network cannot be built: {TorchError.Reason(error)}", e),
                _ => e,
            };
        }
    }

    /// <summary>Checks that the policy's actions are the environment's.</summary>
    /// <exception cref="EvalCoreException">They are not.</exception>
    /// <returns>The steps that the policy has for the environment; null where it has none.</returns>
    public static EnvironmentProcessors? CheckFit(LeRobotConfig config, PolicyContext context)
    {
        var environment = config.ProcessorsFor(context.ObservationSpace);
        int actionDimension = environment?.ActionDimension ?? config.ActionDim;
        return context.ActionSpace is { } space && space.Dimension != actionDimension
            ? throw new EvalCoreException(
                $"{config.Folder.Config}: the policy's actions have {actionDimension} numbers, the environment's {space.Dimension}")
            : environment;
    }

    /// <inheritdoc/>
    public IPolicySession NewSession(EpisodeSpec episode) => NewSession(episode, new GeneratorNoise(episode), inspected: false);

    /// <inheritdoc/>
    public IInspectableSession NewSession(EpisodeSpec episode, IRandomDraws? draws) =>
        NewSession(episode, draws is null ? new GeneratorNoise(episode) : new RecordedNoise(draws), inspected: true);

    /// <inheritdoc/>
    public void Infer(IReadOnlyList<IPolicySession> sessions, CancellationToken cancellation)
    {
        TorchThreads.Use(_threads);
        using var mode = inference_mode();
        if (Batching == PolicyBatching.Batched)
        {
            cancellation.ThrowIfCancellationRequested();
            Infer([.. sessions.Cast<LeRobotSession>()]);
            return;
        }

        foreach (var session in sessions)
        {
            cancellation.ThrowIfCancellationRequested();
            Infer([(LeRobotSession)session]);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _autocast?.Dispose();
        _network.Dispose();
        _preprocessor.Dispose();
        _postprocessor.Dispose();
        _largestByte.Dispose();
    }

    /// <summary>What the network is given for some sessions as one batch.</summary>
    internal Transition Preprocess(params LeRobotSession[] sessions)
    {
        var transition = new Transition { Task = [.. sessions.Select(session => session.Task)] };
        for (int i = 0; i < Inputs.Count; i++)
            transition.Observation[Inputs[i].Key] = Input(sessions, i);
        _preprocessor.Process(transition);
        return transition;
    }

    /// <summary>The forward pass of some sessions as one batch. Nothing is copied from the policy's device.</summary>
    internal Prediction Predict(params LeRobotSession[] sessions)
    {
        var input = Preprocess(sessions);
        EpisodeState[] episodes = [.. sessions.Select(session => session.State)];
        using var precision = Autocast.Enter(_autocast);
        var rawChunk = _network.PredictActionChunk(NetworkInput(input), episodes);
        var rawActions = _network.SelectActions(rawChunk, episodes);
        return new Prediction(input, rawChunk, rawActions);
    }

    /// <summary>What the pre-processor leaves: the observation, and what its steps have added for the network.</summary>
    private static Dictionary<string, Tensor> NetworkInput(Transition input)
    {
        if (input.ComplementaryData.Count == 0)
            return input.Observation;
        var all = new Dictionary<string, Tensor>(input.ComplementaryData);
        foreach (var (name, value) in input.Observation)
            all[name] = value;
        return all;
    }

    /// <summary>
    /// The action that is played now, of one that is relative to the state: LeRobot adds the state when an action is played, not
    /// when it was predicted.
    /// </summary>
    /// <param name="session">The session; has observed the state.</param>
    /// <param name="raw">The action in the policy's units.</param>
    private double[] ActRelatively(LeRobotSession session, ReadOnlySpan<float> raw)
    {
        TorchThreads.Use(_threads);
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        var state = new Transition { Task = [session.Task] };
        for (int i = 0; i < Inputs.Count; i++)
        {
            if (Inputs[i].Kind == ObservationKind.Vector)
                state.Observation[Inputs[i].Key] = Input([session], i);
        }

        _preprocessor.Process(state, last: _relative);
        double[] action = [];
        new HostTensor(Postprocess(tensor(raw.ToArray()).reshape(1, 1, -1).to(_device), state)).CopyRow(0, ref action);
        return action;
    }

    /// <summary>Actions [B, steps, action dimension] from the policy's units to the environment's.</summary>
    /// <param name="raw">The actions.</param>
    /// <param name="input">What <see cref="Preprocess"/> gave for the same sessions.</param>
    internal Tensor Postprocess(Tensor raw, Transition input)
    {
        var transition = new Transition { Action = raw, Task = input.Task, ComplementaryData = new(input.ComplementaryData) };
        _postprocessor.Process(transition);
        return transition.Action;
    }

    /// <summary>
    /// How forward passes are called. Exact means one by one, on a GPU as well: libraries choose kernels by the shape of a
    /// batch, and other kernels round differently. Batches of one fixed shape would be exact too, but compute unused rows.
    /// </summary>
    private static PolicyBatching CallsOf(LeRobotConfig config) =>
        config.Batching == EvalCore.Policies.Batching.Dynamic ? PolicyBatching.Batched : PolicyBatching.PerSession;

    /// <summary>
    /// Runs both pipelines on zeros, so that what does not go together is said before the first episode: statistics that are
    /// missing, inputs in another type than the network's.
    /// </summary>
    /// <param name="config">The policy's configuration.</param>
    /// <param name="present">Its inputs that the environment has.</param>
    /// <param name="warn">Receives notes for the user.</param>
    /// <exception cref="EvalCoreException">A step fails, or gives the network or the environment what they cannot take.</exception>
    private void Rehearse(LeRobotConfig config, IReadOnlyList<string> present, Action<string> warn)
    {
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        var transition = new Transition { Task = [""] };
        foreach (var input in Inputs)
        {
            transition.Observation[input.Key] = input.Kind == ObservationKind.Vector
                ? zeros(_network.ObservationSteps, input.Length, device: _device)
                : zeros(_network.ObservationSteps, 3, input.Shape[0], input.Shape[1], device: _device);
        }

        _preprocessor.Process(transition);
        string file = _preprocessor.Files[0];
        foreach (string name in config.Inputs)
        {
            if (!transition.Observation.TryGetValue(name, out var value) && !present.Contains(name) && config.CamerasMayBeMissing)
                continue;
            if (value is null)
                throw new EvalCoreException($"{file}: gives the network no '{name}', only {string.Join(", ", transition.Observation.Keys)}; the network reads {string.Join(", ", config.Inputs)}");
            if (value.dtype == ScalarType.Float32)
                continue;
            throw new EvalCoreException(_preprocessor.Steps.OfType<DeviceProcessor>().LastOrDefault(step => step.FloatType is not null)?.FloatType is { } type
                ? $"{file}: step '{DeviceProcessor.Name}': float_dtype {type} does not fit the network, which computes in float32; make it null"
                : $"{file}: '{name}' becomes {value.dtype}, but the network computes in float32");
        }

        var normalizers = _preprocessor.Steps.OfType<NormalizerProcessor>().ToList();
        var renamed = normalizers.SelectMany(step => step.Renamed).Where(entry => config.Inputs.Contains(entry.Key)).ToList();
        foreach (var (_, note) in renamed)
            warn(note);
        foreach (string? note in normalizers.SelectMany(step => config.Inputs.Select(step.Note))
            .Concat(_postprocessor.Steps.OfType<UnnormalizerProcessor>().Select(step => step.Note(FeatureNames.Action))))
        {
            if (note is not null)
                warn(note);
        }

        if (config is LanguageConfig && !transition.Observation.ContainsKey(FeatureNames.LanguageTokens))
            throw new EvalCoreException($"{file}: has no step '{TokenizerProcessor.Name}', so the policy gets no instruction; take the file of the trained checkpoint");
        foreach (string name in config.Inputs)
        {
            var steps = normalizers.Where(step => step.Normalizes(name)).ToList();
            if (steps.Count > 1)
                warn($"{file}: '{name}' is normalised {steps.Count} times, by as many steps '{NormalizerProcessor.Name}': as in LeRobot, but likely one too many");
            if (OtherMode(config, config.InputFeatures[name].Type, steps.Select(step => step.NormMap)) is { } stated)
                warn($"{file}: '{name}' is normalised by {stated}");
        }

        if (OtherMode(config, FeatureType.ACTION, _postprocessor.Steps.OfType<UnnormalizerProcessor>().Where(step => step.UnnormalizesAction).Select(step => step.NormMap)) is { } ofActions)
            warn($"{_postprocessor.Files[0]}: actions are brought back to the data's units by {ofActions}");

        string[] plain =
        [
            .. config.Inputs.Except(renamed.Select(entry => entry.Key)).Where(name => config.NormalizationMapping.GetValueOrDefault(config.InputFeatures[name].Type.ToString(), "IDENTITY") != "IDENTITY"
                && !normalizers.Exists(step => step.Normalizes(name))),
        ];
        if (plain.Length > 0)
            warn($"{file}: {string.Join(", ", plain.Select(name => $"'{name}'"))} not normalised, though normalization_mapping of {Path.GetFileName(config.Folder.Config)} says so");

        var actions = Postprocess(zeros(1, _network.ActionSteps, config.ActionDim, device: _device), transition);
        if (!actions.shape.SequenceEqual([1, _network.ActionSteps, ActionDimension]))
            throw new EvalCoreException($"{_postprocessor.Files[0]}: makes [{string.Join(", ", actions.shape)}] of actions [1, {_network.ActionSteps}, {ActionDimension}]");
        if (config.NormalizationMapping.GetValueOrDefault(nameof(FeatureType.ACTION), "IDENTITY") != "IDENTITY"
            && !_postprocessor.Steps.OfType<UnnormalizerProcessor>().Any(step => step.UnnormalizesAction))
            warn($"{_postprocessor.Files[0]}: actions are not brought back to the data's units, though normalization_mapping of {Path.GetFileName(config.Folder.Config)} says so");
    }

    /// <summary>
    /// A mode of normalisation that is not the configuration's, and what that is; null where there is none. LeRobot makes the
    /// pipelines of the configuration, so one of the two was changed, or is another checkpoint's.
    /// </summary>
    private static string? OtherMode(LeRobotConfig config, FeatureType type, IEnumerable<IReadOnlyDictionary<string, string>> normMaps) =>
        config.NormalizationMapping.TryGetValue(type.ToString(), out string? stated)
        && normMaps.Select(map => map.GetValueOrDefault(type.ToString(), stated)).FirstOrDefault(mode => mode != stated) is { } mode
            ? $"{mode}, though normalization_mapping of {Path.GetFileName(config.Folder.Config)} says {stated}: the pipeline counts, as in LeRobot"
            : null;

    private LeRobotSession NewSession(EpisodeSpec episode, INoise noise, bool inspected) =>
        new(Inputs, _network.ObservationSteps, episode.Task.Description, new EpisodeState(noise, _network.NewMemory()), inspected, _relative is null ? null : ActRelatively);

    private void Infer(LeRobotSession[] sessions)
    {
        try
        {
            Compute(sessions);
        }
        catch (ExternalException e)
        {
            throw new EvalCoreException($"policy {Type} on {_device}: libtorch fails: {TorchError.Reason(e)}", e);
        }
    }

    private void Compute(LeRobotSession[] sessions)
    {
        using var scope = NewDisposeScope();
        var prediction = Predict(sessions);
        var actions = new HostTensor(_relative is null ? Postprocess(prediction.RawActions, prediction.Input) : prediction.RawActions);
        for (int i = 0; i < sessions.Length; i++)
            sessions[i].Enqueue(_network.ActionSteps, actions, i);
        if (Array.Exists(sessions, session => session.Inspected))
            Inspect(sessions, prediction);
    }

    private void Inspect(LeRobotSession[] sessions, Prediction prediction)
    {
        var rawChunk = new HostTensor(prediction.RawChunk);
        var rawActions = new HostTensor(prediction.RawActions);
        var chunk = new HostTensor(Postprocess(prediction.RawChunk, prediction.Input));
        for (int i = 0; i < sessions.Length; i++)
            sessions[i].Keep(rawChunk, chunk, rawActions, i);
    }

    /// <summary>
    /// One input of all sessions on the policy's device: float32 [B * steps, n], or [B * steps, 3, H, W] from 0 to 1. Images
    /// are copied there as bytes.
    /// </summary>
    private Tensor Input(LeRobotSession[] sessions, int index)
    {
        var stored = sessions.Length == 1
            ? sessions[0].Stored(index)
            : cat([.. sessions.Select(session => session.Stored(index))], dim: 0);
        if (_device.type != stored.device_type)
            stored = stored.to(_device);
        return Inputs[index].Kind == ObservationKind.Vector
            ? stored
            : stored.permute(0, 3, 1, 2).to(ScalarType.Float32, copy: false).contiguous().div_(_largestByte);
    }

    /// <summary>Builds the network; what it computes once, it computes with the precision that it has later.</summary>
    private static PolicyNetwork Build(LeRobotConfig config, StateDict state, IReadOnlyList<(int Height, int Width)> images, Autocast? autocast)
    {
        using var precision = Autocast.Enter(autocast);
        return config.NewNetwork(state, images);
    }

    private static void AddHashes(Dictionary<string, string> provenance, params ReadOnlySpan<string> files)
    {
        foreach (string file in files)
            provenance[Path.GetFileName(file)] = "sha256:" + CheckpointFolder.Sha256(file);
    }

    /// <summary>What besides the files decides which policy this is: where it differs, the evaluation is another one.</summary>
    private static void AddSettings(Dictionary<string, string> provenance, LeRobotConfig config, PolicyContext context, Device device)
    {
        foreach (var (field, value) in config.Overrides())
            provenance[$"--policy.{field}"] = value;
        if (context.RenameMap.Count > 0)
            provenance["--rename_map"] = PolicyPipelines.Json(context.RenameMap).ToJsonString();
        provenance["torch"] = __version__;
        provenance["device"] = device.ToString();
        if (config.UseAmp)
            provenance["use_amp"] = Autocast.TypeOn(device) == ScalarType.Float16 ? "float16" : "bfloat16";
        provenance["batching"] = CallsOf(config) == PolicyBatching.PerSession ? "exact" : "dynamic";
    }

    private static Dictionary<string, string> RepositoriesOf(LeRobotConfig config)
    {
        var repositories = new Dictionary<string, string>(config.Tokenizers.Repositories);
        if (config.Repository?.Repository is { Id: var id, Revision: { } commit })
            repositories[id] = commit;
        return repositories;
    }

    /// <summary>The result of a forward pass, in the policy's units and on its device.</summary>
    /// <param name="Input">What the pre-processor gave.</param>
    /// <param name="RawChunk">[B, steps, action dimension].</param>
    /// <param name="RawActions">The selected actions, [B, action steps, action dimension].</param>
    internal sealed record Prediction(Transition Input, Tensor RawChunk, Tensor RawActions);
}
