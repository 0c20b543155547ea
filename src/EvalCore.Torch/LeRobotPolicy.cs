using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using EvalCore.Environments;
using EvalCore.Policies;
using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Policies;
using EvalCore.Torch.Processors;
using static TorchSharp.torch;

namespace EvalCore.Torch;

/// <summary>A LeRobot checkpoint, ready to play: pre-processor, network, post-processor.</summary>
internal sealed class LeRobotPolicy : IPolicy
{
    private const long SmallNetwork = 5_000_000;

    private readonly PolicyNetwork _network;
    private readonly ProcessorPipeline _preprocessor;
    private readonly ProcessorPipeline _postprocessor;
    private readonly int _threads;

    private LeRobotPolicy(
        string type, PolicyNetwork network, ProcessorPipeline preprocessor, ProcessorPipeline postprocessor,
        IReadOnlyList<ObservationField> inputs, int actionDim, PolicyBatching batching, IReadOnlyDictionary<string, string> provenance)
    {
        Type = type;
        _network = network;
        _preprocessor = preprocessor;
        _postprocessor = postprocessor;
        Inputs = inputs;
        ActionDim = actionDim;
        Batching = batching;
        Provenance = provenance;
        ObservationKeys = [.. inputs.Select(input => input.Key)];
        // A small network is not worth waking other threads for, which are stepping simulators.
        _threads = batching == PolicyBatching.PerSession || network.Parameters < SmallNetwork ? 1 : Environment.ProcessorCount;
    }

    /// <inheritdoc/>
    public string Type { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> ObservationKeys { get; }

    /// <inheritdoc/>
    public PolicyBatching Batching { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Provenance { get; }

    /// <summary>The environment's fields the policy reads.</summary>
    internal IReadOnlyList<ObservationField> Inputs { get; }

    /// <summary>Numbers per action.</summary>
    internal int ActionDim { get; }

    /// <summary>The network, for tests of its modules.</summary>
    internal PolicyNetwork Network => _network;

    /// <summary>Loads a checkpoint for an environment.</summary>
    /// <param name="options">Which one, and how.</param>
    /// <param name="space">What the environment observes.</param>
    /// <param name="actionDim">Numbers per action of the environment; null to take the checkpoint's.</param>
    /// <param name="warn">Takes one line for each thing the user should know.</param>
    /// <param name="source">What observes, for messages.</param>
    /// <param name="choices">What it could observe, by the flag that asks for it, for messages.</param>
    /// <exception cref="EvalCoreException">The checkpoint is damaged or does not fit the environment.</exception>
    public static LeRobotPolicy Load(
        PolicyOptions options, ObservationSpace space, int? actionDim, Action<string> warn, string source = "the environment",
        IReadOnlyDictionary<string, ObservationSpace>? choices = null)
    {
        var batching = options.Batching switch
        {
            null or "exact" => PolicyBatching.PerSession,
            "dynamic" => PolicyBatching.Batched,
            _ => throw new EvalCoreException($"--policy.batching is '{options.Batching}'; it must be exact or dynamic"),
        };

        // libtorch takes a fifth of a second to load; meanwhile the configuration is read.
        var loading = Task.Run(TorchThreads.Load);
        var checkpoint = Checkpoint.Open(options.Path ?? throw new EvalCoreException("--policy.path is missing: the folder of a checkpoint"));
        var kind = PolicyKind.Find(checkpoint.Type) ?? throw new EvalCoreException(
            $"{checkpoint.ConfigPath}: the policy type '{checkpoint.Type}' is not known; known are {string.Join(", ", PolicyKind.All.Select(k => k.Type))}");
        var config = kind.NewConfig();
        checkpoint.Read(config, options.Overrides, warn);
        if (actionDim is { } expected && expected != config.ActionDim)
        {
            throw new EvalCoreException(
                $"{checkpoint.ConfigPath}: the policy's actions have {config.ActionDim} numbers, the environment's {expected}");
        }

        IReadOnlyList<ObservationField> inputs;
        try
        {
            inputs = Match(config, checkpoint, space, options.RenameMap, warn, source);
        }
        catch (EvalCoreException e) when (Fitting(config, options.RenameMap, choices) is { } flag)
        {
            throw new EvalCoreException($"{e.Message.Split(';')[0]}; give {flag}", e);
        }

        loading.GetAwaiter().GetResult();
        var device = TorchDevice.Choose(options, warn);
        TorchThreads.Use(1);

        ProcessorPipeline? preprocessor = null;
        ProcessorPipeline? postprocessor = null;
        StateDict? state = null;
        try
        {
            var renameMap = new JsonObject(options.RenameMap.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value)));
            preprocessor = ProcessorPipeline.Load(checkpoint.PreprocessorPath, device, new Dictionary<string, JsonObject>
            {
                ["device_processor"] = new() { ["device"] = device.ToString() },
                ["rename_observations_processor"] = new() { ["rename_map"] = renameMap },
            });
            postprocessor = ProcessorPipeline.Load(checkpoint.PostprocessorPath, device, new Dictionary<string, JsonObject>());
            state = StateDict.Open(checkpoint.ModelPath, device);
            var pictures = inputs.Where(input => input.Kind == ObservationKind.Image).ToDictionary(
                input => RenameObservationsProcessor.NewName(options.RenameMap, input.Key), input => (input.Shape[0], input.Shape[1]));
            var network = kind.NewNetwork(config, state, [.. config.Images.Where(pictures.ContainsKey).Select(name => pictures[name])]);
            return new LeRobotPolicy(
                checkpoint.Type, network, preprocessor, postprocessor, inputs, config.ActionDim, batching,
                Facts(options, checkpoint, config, [.. preprocessor.Files, .. postprocessor.Files], device, batching));
        }
        catch (Exception)
        {
            state?.Dispose();
            preprocessor?.Dispose();
            postprocessor?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IPolicySession NewSession(EpisodeSpec episode) => NewSession(episode, new GeneratorNoise(episode));

    /// <summary>Starts an episode with given random numbers.</summary>
    internal LeRobotSession NewSession(EpisodeSpec episode, INoise noise) =>
        new(Inputs, _network.ObservationSteps, _network.NewActionSelection(), ActionDim, episode.Task.Description, noise);

    /// <inheritdoc/>
    public void Infer(IReadOnlyList<IPolicySession> sessions)
    {
        TorchThreads.Use(_threads);
        using var mode = inference_mode();
        if (Batching == PolicyBatching.Batched)
        {
            Infer([.. sessions.Cast<LeRobotSession>()]);
            return;
        }

        foreach (var session in sessions)
            Infer([(LeRobotSession)session]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _network.Dispose();
        _preprocessor.Dispose();
        _postprocessor.Dispose();
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

    /// <summary>The forward pass of some sessions as one batch.</summary>
    private void Infer(LeRobotSession[] sessions)
    {
        using var scope = NewDisposeScope();
        var transition = Preprocess(sessions);
        var chunk = _network.PredictActionChunk(transition.Observation, [.. sessions.Select(session => session.Noise)]).cpu().contiguous();
        int length = (int)(chunk.numel() / sessions.Length);
        var values = MemoryMarshal.Cast<byte, float>(chunk.bytes);
        for (int i = 0; i < sessions.Length; i++)
            sessions[i].Take(values.Slice(i * length, length), Postprocess);
    }

    /// <summary>One input of all sessions: float32 [B * steps, n], or [B * steps, 3, H, W] from 0 to 1.</summary>
    private Tensor Input(LeRobotSession[] sessions, int index)
    {
        var stored = sessions.Length == 1
            ? sessions[0].Stored(index)
            : cat([.. sessions.Select(session => session.Stored(index))], dim: 0);
        return Inputs[index].Kind == ObservationKind.Vector
            ? stored
            : stored.permute(0, 3, 1, 2).to(ScalarType.Float32, copy: false).contiguous().div_(Scalars.Of(255L));
    }

    /// <summary>Actions in the policy's units to the environment's.</summary>
    internal void Postprocess(ReadOnlySpan<float> raw, Span<float> actions)
    {
        using var scope = NewDisposeScope();
        var tensor = empty(raw.Length / ActionDim, ActionDim);
        raw.CopyTo(MemoryMarshal.Cast<byte, float>(tensor.bytes));
        var transition = new Transition { Action = tensor };
        _postprocessor.Process(transition);
        MemoryMarshal.Cast<byte, float>(transition.Action.cpu().contiguous().bytes).CopyTo(actions);
    }

    /// <summary>All that decides which policy this is: what of it differs makes another evaluation.</summary>
    private static Dictionary<string, string> Facts(
        PolicyOptions options, Checkpoint checkpoint, PolicyConfig config, IReadOnlyList<string> processors, Device device,
        PolicyBatching batching)
    {
        var facts = new Dictionary<string, string>();
        foreach (string file in (string[])[checkpoint.ConfigPath, checkpoint.ModelPath, .. processors])
            facts[Path.GetFileName(file)] = "sha256:" + Checkpoint.Sha256(file);
        foreach (string field in options.Overrides.Keys.Order(StringComparer.Ordinal))
            facts[$"--policy.{field}"] = ConfigFields.Text(config, field);
        if (options.RenameMap.Count > 0)
            facts["--rename_map"] = JsonSerializer.Serialize(options.RenameMap.OrderBy(entry => entry.Key, StringComparer.Ordinal).ToDictionary());
        facts["torch"] = __version__;
        facts["device"] = device.ToString();
        facts["batching"] = batching == PolicyBatching.PerSession ? "exact" : "dynamic";
        return facts;
    }

    /// <summary>The flag of an environment that observes what the policy reads; null where there is none.</summary>
    private static string? Fitting(
        PolicyConfig config, IReadOnlyDictionary<string, string> renameMap, IReadOnlyDictionary<string, ObservationSpace>? choices)
    {
        return choices?.FirstOrDefault(choice => config.Inputs.All(name => Observes(choice.Value, name))).Key;

        bool Observes(ObservationSpace space, string name) => space.Any(field =>
            RenameObservationsProcessor.NewName(renameMap, field.Key) == name
            && (config.InputFeatures[name].Type == FeatureType.VISUAL
                ? field.Kind == ObservationKind.Image
                : field.Kind == ObservationKind.Vector && field.Length == config.InputFeatures[name].Shape.Aggregate(1, (product, n) => product * n)));
    }

    /// <summary>The environment's field for every input of the network, in the environment's order.</summary>
    private static IReadOnlyList<ObservationField> Match(
        PolicyConfig config, Checkpoint checkpoint, ObservationSpace space, IReadOnlyDictionary<string, string> renameMap,
        Action<string> warn, string source)
    {
        var byName = new Dictionary<string, ObservationField>();
        foreach (var field in space)
            byName[RenameObservationsProcessor.NewName(renameMap, field.Key)] = field;
        foreach (string key in renameMap.Keys.Where(key => space.IndexOf(key) < 0))
            warn($"--rename_map: {source} has no '{key}', only {string.Join(", ", space.Select(f => f.Key))}");

        foreach (string name in config.Inputs)
        {
            var feature = config.InputFeatures[name];
            if (!byName.TryGetValue(name, out var field))
            {
                throw new EvalCoreException(
                    $"{checkpoint.ConfigPath}: the policy reads '{name}', but {source} has only {string.Join(", ", byName.Keys)}; if it has another name there, give --rename_map");
            }

            bool picture = feature.Type == FeatureType.VISUAL;
            if (picture != (field.Kind == ObservationKind.Image))
                throw new EvalCoreException($"{checkpoint.ConfigPath}: '{name}' is {feature.Type}, but '{field.Key}' of {source} is not");
            if (!picture && feature.Shape.Aggregate(1, (product, n) => product * n) != field.Length)
            {
                throw new EvalCoreException(
                    $"{checkpoint.ConfigPath}: '{name}' has shape [{string.Join(", ", feature.Shape)}], but '{field.Key}' of {source} has [{string.Join(", ", field.Shape)}]");
            }

            if (picture && feature.Shape is [_, var height, var width] && (height, width) != (field.Shape[0], field.Shape[1]))
                warn($"'{name}' is {field.Shape[0]}x{field.Shape[1]} in {source}, but the policy was trained on {height}x{width}");
        }

        return [.. space.Where(field => config.Inputs.Contains(RenameObservationsProcessor.NewName(renameMap, field.Key)))];
    }
}
