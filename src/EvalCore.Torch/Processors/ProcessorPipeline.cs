using System.Text.Json.Nodes;
using EvalCore.Options;
using Safetensors;
using static TorchSharp.torch;

namespace EvalCore.Torch.Processors;

/// <summary>
/// A checkpoint's <c>policy_preprocessor.json</c> or <c>policy_postprocessor.json</c>: steps, run in order on a transition.
/// LeRobot v0.6.1's <c>DataProcessorPipeline</c>.
/// </summary>
internal sealed class ProcessorPipeline : IDisposable
{
    private readonly IReadOnlyList<IProcessorStep> _steps;

    private ProcessorPipeline(IReadOnlyList<IProcessorStep> steps, IReadOnlyList<string> files) => (_steps, Files) = (steps, files);

    /// <summary>The files it was loaded from: the JSON, then the steps' states.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>Loads a pipeline.</summary>
    /// <param name="path">The JSON file; state files are beside it.</param>
    /// <param name="device">Where the policy computes.</param>
    /// <param name="registry">The steps that it may have.</param>
    /// <param name="overrides">For a step's registry name, the fields that replace saved ones.</param>
    /// <exception cref="EvalCoreException">
    /// The file is damaged, a step is unknown, a state file is missing, or an override matches no step.
    /// </exception>
    public static ProcessorPipeline Load(
        string path, Device device, ProcessorStepRegistry registry, IReadOnlyDictionary<string, JsonObject> overrides)
    {
        if (JsonFile.Read(path, "a processor pipeline")["steps"] is not JsonArray json)
            throw new EvalCoreException($"{path}: has no list of steps");
        var unused = overrides.Keys.ToHashSet();
        var steps = new List<IProcessorStep>();
        var files = new List<string> { path };
        try
        {
            foreach (var step in json)
                steps.Add(Step(path, step, device, registry, overrides, unused, files));
            if (unused.Count > 0)
                throw new EvalCoreException($"{path}: has no step '{unused.First()}', which an evaluation sets up");
        }
        catch (Exception)
        {
            Release(steps);
            throw;
        }

        return new ProcessorPipeline(steps, files);
    }

    /// <summary>Runs the steps.</summary>
    public void Process(Transition transition)
    {
        foreach (var step in _steps)
            step.Process(transition);
    }

    /// <inheritdoc/>
    public void Dispose() => Release(_steps);

    private static void Release(IEnumerable<IProcessorStep> steps)
    {
        foreach (var step in steps.OfType<IDisposable>())
            step.Dispose();
    }

    private static IProcessorStep Step(
        string path, JsonNode? json, Device device, ProcessorStepRegistry registry, IReadOnlyDictionary<string, JsonObject> overrides,
        HashSet<string> unused, List<string> files)
    {
        string? name = json is JsonObject ? (json["registry_name"] ?? json["class"])?.ToString() : null;
        if (name is null)
            throw new EvalCoreException($"{path}: a step has neither registry_name nor class");

        var fields = json!["config"]?.DeepClone() as JsonObject ?? [];
        if (overrides.TryGetValue(name, out var replaced))
        {
            unused.Remove(name);
            foreach (var (field, value) in replaced)
                fields[field] = value?.DeepClone();
        }

        string? stateFile = json["state_file"]?.ToString();
        using var state = stateFile is null ? null : OpenState(path, name, stateFile);
        if (state is not null)
            files.Add(state.Path);
        return registry.Make(new ProcessorStepContext(path, name, fields, state, device));
    }

    private static SafetensorsFile OpenState(string path, string step, string stateFile)
    {
        string statePath = Path.Combine(Path.GetDirectoryName(path)!, stateFile);
        return File.Exists(statePath)
            ? SafetensorsFile.Open(statePath)
            : throw new EvalCoreException($"{statePath}: is missing; it is the state of step '{step}' in {Path.GetFileName(path)}");
    }
}
