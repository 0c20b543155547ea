using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using EvalCore.Options;
using EvalCore.Torch.Tokenizers;
using Safetensors;
using static TorchSharp.torch;

namespace EvalCore.Torch.Processors;

/// <summary>
/// A checkpoint's <c>policy_preprocessor.json</c> or <c>policy_postprocessor.json</c>: steps, run in order on a transition.
/// LeRobot v0.6.1's <c>DataProcessorPipeline</c>.
/// </summary>
internal sealed class ProcessorPipeline : IDisposable
{
    private readonly IReadOnlyList<string> _names;

    private ProcessorPipeline(IReadOnlyList<IProcessorStep> steps, IReadOnlyList<string> names, IReadOnlyList<string> files) =>
        (Steps, _names, Files) = (steps, names, files);

    /// <summary>The steps, in order.</summary>
    public IReadOnlyList<IProcessorStep> Steps { get; }

    /// <summary>The steps with their names, in order.</summary>
    public IReadOnlyList<(string Name, IProcessorStep Step)> Named => [.. _names.Zip(Steps)];

    /// <summary>The files it was loaded from: the JSON, then the steps' states.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>Loads a pipeline.</summary>
    /// <param name="path">The JSON file; state files are beside it.</param>
    /// <param name="device">Where the policy computes.</param>
    /// <param name="registry">The steps that it may have.</param>
    /// <param name="overrides">For a step's registry name, the fields that replace saved ones.</param>
    /// <param name="tokenizers">The checkpoint's tokenizers; null: those of the file's folder.</param>
    /// <exception cref="EvalCoreException">
    /// The file is damaged, a step is unknown, a state file is missing, or an override matches no step.
    /// </exception>
    public static ProcessorPipeline Load(
        string path, Device device, ProcessorStepRegistry registry, IReadOnlyDictionary<string, JsonObject> overrides, TokenizerFolders? tokenizers = null)
    {
        tokenizers ??= new TokenizerFolders(Path.GetDirectoryName(path)!);
        return JsonFile.Read(path, "a processor pipeline")["steps"] is JsonArray json
            ? Make(path, json, device, registry, overrides, tokenizers)
            : throw new EvalCoreException($"{path}: has no list of steps");
    }

    /// <summary>Makes a pipeline.</summary>
    /// <param name="path">The file that describes it; state files are beside it.</param>
    /// <param name="json">Its steps.</param>
    /// <param name="device">Where the policy computes.</param>
    /// <param name="registry">The steps that it may have.</param>
    /// <param name="overrides">For a step's registry name, the fields that replace saved ones.</param>
    /// <param name="tokenizers">The checkpoint's tokenizers.</param>
    /// <param name="statistics">The statistics of features, where no state file has them.</param>
    /// <exception cref="EvalCoreException">A step is unknown, a state file is missing, or an override matches no step.</exception>
    public static ProcessorPipeline Make(
        string path, JsonArray json, Device device, ProcessorStepRegistry registry, IReadOnlyDictionary<string, JsonObject> overrides,
        TokenizerFolders tokenizers, NormalizationStatistics? statistics = null)
    {
        var names = json.Select(step => NameOf(path, step, registry)).ToList();
        if (overrides.Keys.FirstOrDefault(name => !names.Contains(name)) is { } unused)
            throw new EvalCoreException($"{path}: has no step '{unused}', which an evaluation sets up");

        // An override is for a step of a registry_name; one that is named by its class has it where no other has.
        var byRegistry = json.Select(step => step?["registry_name"]?.ToString()).ToHashSet();
        var steps = new List<IProcessorStep>();
        var files = new List<string> { path };
        try
        {
            for (int i = 0; i < names.Count; i++)
            {
                bool overridden = json[i]!["registry_name"] is not null || !byRegistry.Contains(names[i]);
                steps.Add(Step(path, names[i], json[i]!, device, registry, overridden ? overrides.GetValueOrDefault(names[i]) : null, tokenizers, statistics, files));
            }
        }
        catch (Exception)
        {
            Release(steps);
            throw;
        }

        return new ProcessorPipeline(steps, names, files);
    }

    /// <summary>A pipeline of these steps and others; those of this one belong to it from here on.</summary>
    /// <param name="before">What runs before the steps of this pipeline.</param>
    /// <param name="after">What runs after them.</param>
    public ProcessorPipeline Extended(IReadOnlyList<(string Name, IProcessorStep Step)> before, IReadOnlyList<(string Name, IProcessorStep Step)> after)
    {
        (string Name, IProcessorStep Step)[] all = [.. before, .. Named, .. after];
        return new ProcessorPipeline([.. all.Select(step => step.Step)], [.. all.Select(step => step.Name)], Files);
    }

    /// <summary>Runs the steps.</summary>
    /// <param name="transition">What they change.</param>
    /// <param name="last">The last step to run; null for all.</param>
    /// <exception cref="EvalCoreException">A step cannot process what it is given; the message names file and step.</exception>
    public void Process(Transition transition, IProcessorStep? last = null)
    {
        for (int i = 0; i < Steps.Count; i++)
        {
            try
            {
                Steps[i].Process(transition);
            }
            catch (ExternalException e)
            {
                throw new EvalCoreException($"{Files[0]}: step '{_names[i]}' fails: {TorchError.Reason(e)}", e);
            }

            if (Steps[i] == last)
                return;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Release(Steps);

    private static void Release(IEnumerable<IProcessorStep> steps)
    {
        foreach (var step in steps.OfType<IDisposable>())
            step.Dispose();
    }

    private static string NameOf(string path, JsonNode? json, ProcessorStepRegistry registry) =>
        (json as JsonObject)?["registry_name"]?.ToString()
        ?? ((json as JsonObject)?["class"]?.ToString() is { } name
            ? registry.NameOfClass(name)
            : throw new EvalCoreException($"{path}: a step has neither registry_name nor class"));

    private static IProcessorStep Step(
        string path, string name, JsonNode json, Device device, ProcessorStepRegistry registry, JsonObject? overrides,
        TokenizerFolders tokenizers, NormalizationStatistics? statistics, List<string> files)
    {
        if (json["config"] is not (null or JsonObject))
            throw new EvalCoreException($"{path}: step '{name}': config is {json["config"]!.ToJsonString()}; it must be an object");
        var fields = json["config"]?.DeepClone() as JsonObject ?? [];
        foreach (var (field, value) in overrides ?? [])
            fields[field] = value?.DeepClone();

        string? stateFile = json["state_file"]?.ToString();
        using var state = stateFile is null ? null : OpenState(path, name, stateFile);
        if (state is not null)
            files.Add(state.Path);
        return registry.Make(new ProcessorStepContext(path, name, fields, state, device, tokenizers, statistics));
    }

    private static SafetensorsFile OpenState(string path, string step, string stateFile)
    {
        if (stateFile != Path.GetFileName(stateFile))
            throw new EvalCoreException($"{path}: step '{step}': state_file '{stateFile}' is not a name of a file in the same folder");
        string statePath = Path.Combine(Path.GetDirectoryName(path)!, stateFile);
        return File.Exists(statePath)
            ? SafetensorsFile.Open(statePath)
            : throw new EvalCoreException($"{statePath}: is missing; it is the state of step '{step}' in {Path.GetFileName(path)}");
    }
}
