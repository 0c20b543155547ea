using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using EvalCore.Environments;
using EvalCore.Features;
using EvalCore.Files;
using EvalCore.Policies;
using Microsoft.ML.OnnxRuntime;

namespace EvalCore.Onnx;

/// <summary>
/// An ONNX model, ready to play. Each call runs it for one episode, on the thread of that episode: several may run at once.
/// </summary>
internal sealed class OnnxPolicy : IInspectablePolicy
{
    /// <summary>The newest set of ONNX's operators that this onnxruntime knows.</summary>
    internal const int NewestOpset = 26;

    private const string Cuda = "CUDAExecutionProvider";

    private readonly OnnxConfig _config;
    private readonly InferenceSession _session;
    private readonly IReadOnlyList<ModelInput> _inputs;
    private readonly string[] _inputNames;
    private readonly string[] _outputNames;
    private readonly Normalization? _ofActions;
    private readonly int _actionSteps;

    private OnnxPolicy(OnnxConfig config, InferenceSession session, IReadOnlyList<ModelInput> inputs, TensorInfo output, PolicyContext context)
    {
        var description = config.Description!;
        (_config, _session, _inputs) = (config, session, inputs);
        (_inputNames, _outputNames) = ([.. inputs.Select(input => input.Name)], [output.Name]);
        ObservationKeys = [.. inputs.SelectMany(input => input.Fields).Select(field => field.Key).Distinct()];
        _ofActions = description.Normalization.GetValueOrDefault(Feature.Action);

        (int chunk, ActionDimension) = Rehearse(context);
        string file = description.File;
        if (description.ChunkSize is { } stated && stated != chunk)
            throw new EvalCoreException($"{file}: chunk_size is {stated}, but the model's output '{output.Name}' has {chunk} actions");
        if (description.FirstActionStep >= chunk)
            throw new EvalCoreException($"{file}: first_action_step is {description.FirstActionStep}, but a chunk has {chunk} actions; the first is 0");
        int most = chunk - description.FirstActionStep;
        _actionSteps = config.NActionSteps ?? most;
        if (_actionSteps > most)
            throw new EvalCoreException($"{(config.Given.Contains("n_action_steps") ? "--policy.n_action_steps" : $"{file}: n_action_steps")}: {_actionSteps} is more than the {most} actions of a chunk{(most == chunk ? "" : $" from the action {description.FirstActionStep} on")}");
        if (_ofActions?.Components is { } components && components != ActionDimension)
            throw new EvalCoreException($"{file}: normalization.action: has {components} numbers, but an action has {ActionDimension}");
    }

    /// <inheritdoc/>
    public string Type => OnnxConfig.Name;

    /// <inheritdoc/>
    public int ActionDimension { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> ObservationKeys { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Provenance { get; private init; } = new Dictionary<string, string>();

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, FeatureStatistics> Statistics { get; private init; } = FeatureStatistics.None;

    /// <summary>Loads a model.</summary>
    /// <param name="config">Its files and its flags.</param>
    /// <param name="context">What it will observe and act on.</param>
    /// <exception cref="EvalCoreException">The model is damaged, its description is missing, or the two do not fit the environment.</exception>
    public static OnnxPolicy Load(OnnxConfig config, PolicyContext context)
    {
        var model = config.Model;
        var description = config.Description ?? throw new EvalCoreException(DescriptionExample.Missing(model, context));
        var inputs = ModelFields.Find(config, context);
        var output = OutputOf(model, description);
        if (model.Opsets.TryGetValue("ai.onnx", out long opset) && opset > NewestOpset)
            throw new EvalCoreException($"{model.Path}: needs ONNX's operators of version {opset}, but onnxruntime {OnnxLibrary.Version} knows them to version {NewestOpset}; export it again with opset_version={NewestOpset} or lower");
        OnnxLibrary.Load();

        if (config.UseAmp)
            context.Warn("--policy.use_amp: an ONNX model computes in the types that it was exported with");
        if (config.Batching == Batching.Dynamic)
            context.Warn("--policy.batching=dynamic: no effect; an ONNX model is run for one episode at a time");
        using var options = new SessionOptions
        {
            IntraOpNumThreads = config.NumThreads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };

        // Threads that wait for their next operation would take the cores from the simulators.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        string device = Choose(config, options, context.Warn);
        InferenceSession? session = null;
        try
        {
            session = new InferenceSession(model.Path, options);
            return new OnnxPolicy(config, session, inputs, output, context)
            {
                Provenance = ProvenanceOf(config, context, device),
                Statistics = StatisticsOf(description, inputs),
            };
        }
        catch (Exception e) when (e is OnnxRuntimeException or EvalCoreException)
        {
            session?.Dispose();
            throw e is OnnxRuntimeException ? Failure(model, e) : e;
        }
    }

    /// <inheritdoc/>
    public IPolicySession NewSession(EpisodeSpec episode) => NewSession(episode, null);

    /// <inheritdoc/>
    public IInspectableSession NewSession(EpisodeSpec episode, IRandomDraws? draws) =>
        new OnnxSession(_inputs, _config.NObsSteps, ActionDimension, new Noise(episode, draws));

    /// <inheritdoc/>
    public void Infer(IReadOnlyList<IPolicySession> sessions, CancellationToken cancellation)
    {
        foreach (var session in sessions.Cast<OnnxSession>())
        {
            cancellation.ThrowIfCancellationRequested();
            session.Draw();
            using var outputs = Run(session, cancellation);
            var chunk = outputs[0].GetTensorDataAsSpan<float>();
            for (int i = 0; i < chunk.Length; i++)
            {
                if (!float.IsFinite(chunk[i]))
                    throw new EvalCoreException($"{_config.Model.Path}: output '{_outputNames[0]}' has {chunk[i].ToString(CultureInfo.InvariantCulture)} at action {i / ActionDimension}, number {i % ActionDimension}: the model or its normalisation is damaged");
            }

            session.Enqueue(chunk, _ofActions, _config.Description!.FirstActionStep, _actionSteps);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    /// <summary>The tensor with the actions.</summary>
    private static TensorInfo OutputOf(ModelFile model, ModelDescription description)
    {
        string names = string.Join(", ", model.Outputs);
        var output = description.Output is { } name
            ? model.Outputs.FirstOrDefault(output => output.Name == name) ?? throw new EvalCoreException($"{description.File}: output: the model has no '{name}'; its outputs are {names}")
            : model.Outputs.Count == 1 ? model.Outputs[0] : throw new EvalCoreException($"{description.File}: output is missing: name the one with the actions; the model's outputs are {names}");
        return output.Type == ElementType.Float ? output
            : throw new EvalCoreException($"{description.File}: the model's output {output} is not float; export the model with actions in float32");
    }

    /// <summary>Where the model computes.</summary>
    private static string Choose(OnnxConfig config, SessionOptions options, Action<string> warn)
    {
        if (!config.Device.IsCuda)
            return "cpu";
        try
        {
            if (OrtEnv.Instance().GetAvailableProviders().Contains(Cuda))
            {
                options.AppendExecutionProvider_CUDA(config.Device.Index ?? 0);
                return config.Device.ToString();
            }
        }
        catch (OnnxRuntimeException)
        {
            // CUDA's own libraries are missing, or there is no such GPU.
        }

        warn($"--policy.device={config.Device}: there is no GPU that this build of onnxruntime can use; computing on the CPU");
        return "cpu";
    }

    /// <summary>The exception for a model that onnxruntime does not load. Its own text is for people who write exporters.</summary>
    private static EvalCoreException Failure(ModelFile model, Exception e)
    {
        string opsets = string.Join(", ", model.Opsets.Select(opset => $"{opset.Key} {opset.Value}"));
        string needs = $"it has format {model.IrVersion} and operators of {(opsets.Length == 0 ? "no version" : opsets)}";
        return new EvalCoreException(CodeOf(e) switch
        {
            "InvalidProtobuf" => $"{model.Path}: is no ONNX model, or is damaged; export it again",
            "NotImplemented" => $"{model.Path}: has an operator that onnxruntime {OnnxLibrary.Version} does not have for its types ({needs}); export it with another opset_version",
            _ => $"{model.Path}: onnxruntime {OnnxLibrary.Version} cannot load it: a file is damaged, or it has operators that are not known ({needs}); export it again",
        }, e);
    }

    private static string CodeOf(Exception e)
    {
        const string Begin = "[ErrorCode:";
        return e.Message.StartsWith(Begin, StringComparison.Ordinal) && e.Message.IndexOf(']', StringComparison.Ordinal) is > 0 and var end ? e.Message[Begin.Length..end] : "";
    }

    private static Dictionary<string, string> ProvenanceOf(OnnxConfig config, PolicyContext context, string device)
    {
        var model = config.Model;
        string folder = Path.GetDirectoryName(model.Path)!;
        var provenance = new Dictionary<string, string>();
        foreach (string file in (IEnumerable<string>)[model.Path, config.Description!.File, .. model.WeightFiles.Select(file => Path.Combine(folder, file))])
            provenance[Path.GetRelativePath(folder, file)] = "sha256:" + Sha256(file);
        foreach (var (flag, value) in config.Overrides())
            provenance[flag] = value;
        if (context.RenameMap.Count > 0)
            provenance["--rename_map"] = JsonSerializer.Serialize(new SortedDictionary<string, string>(context.RenameMap.ToDictionary(), StringComparer.Ordinal));
        provenance["onnxruntime"] = OnnxLibrary.Version;
        provenance["opset"] = string.Join(", ", model.Opsets.Select(opset => $"{opset.Key} {opset.Value}"));
        if (model.Producer.Length > 0)
            provenance["producer"] = model.Producer;
        provenance["device"] = device;
        provenance["batching"] = "exact";
        return provenance;
    }

    private static string Sha256(string file)
    {
        try
        {
            using var stream = InputFile.Open(file);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            throw EvalCoreException.CannotRead(file, e);
        }
    }

    private static Dictionary<string, FeatureStatistics> StatisticsOf(ModelDescription description, IReadOnlyList<ModelInput> inputs)
    {
        var statistics = new Dictionary<string, FeatureStatistics>();
        foreach (var input in inputs.Where(input => !input.IsRandom))
        {
            var keys = description.Inputs[input.Name].Keys;
            for (int i = 0; i < keys.Count; i++)
            {
                if (description.Normalization.TryGetValue(keys[i], out var normalization) && description.Inputs[input.Name].Range == (0, 1))
                    statistics[input.Fields[i].Key] = normalization.Statistics;
            }
        }

        if (description.Normalization.TryGetValue(Feature.Action, out var ofActions))
            statistics[Feature.Action] = ofActions.Statistics;
        return statistics;
    }

    /// <summary>
    /// Runs the model on zeros, so that what does not fit is said before the first episode.
    /// </summary>
    /// <returns>How many actions a chunk has, and how many numbers an action.</returns>
    private (int Chunk, int ActionDimension) Rehearse(PolicyContext context)
    {
        using var session = new OnnxSession(_inputs, _config.NObsSteps, 0, new Noise(new EnvTask("", "", 0, "", "").Episode(0, 0), null));
        using var outputs = Run(session, CancellationToken.None);
        long[] shape = outputs[0].GetTensorTypeAndShape().Shape;
        string label = $"{_config.Model.Path}: output '{_outputNames[0]}' is [{string.Join(", ", shape)}]";
        if (shape.Length == 0 || shape.Contains(0))
            throw new EvalCoreException($"{label}; expected [1, steps, action dimension]");
        int dimension = (int)shape[^1];
        if (context.ActionSpace is { } space && space.Dimension != dimension)
            throw new EvalCoreException($"{label}: the policy's actions have {dimension} numbers, the environment's {space.Dimension}");
        if (shape.Length > 2 && shape[0] != 1)
            throw new EvalCoreException($"{label}; expected [1, steps, action dimension]: one episode is a batch of one");
        return ((int)shape[..^1].Aggregate(1L, (product, n) => product * n), dimension);
    }

    private IDisposableReadOnlyCollection<OrtValue> Run(OnnxSession session, CancellationToken cancellation)
    {
        try
        {
            using var stop = cancellation.UnsafeRegister(static call => ((RunOptions)call!).Terminate = true, session.Call);
            return _session.Run(session.Call, _inputNames, session.Values, _outputNames);
        }
        catch (OnnxRuntimeException e)
        {
            cancellation.ThrowIfCancellationRequested();
            string given = string.Join(", ", _inputs.Select(input => $"'{input.Name}' [{string.Join(", ", input.Shape)}]"));
            throw new EvalCoreException($"{_config.Model.Path}: the model fails when it runs on {given}: check these shapes, and the inputs that it was exported with", e);
        }
    }
}
