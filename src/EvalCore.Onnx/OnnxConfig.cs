using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using EvalCore.Options;
using EvalCore.Policies;

namespace EvalCore.Onnx;

/// <summary>The flags of an ONNX model.</summary>
internal sealed class OnnxConfig : PolicyConfig
{
    public const string Name = "onnx";

    private const int MostThreads = 1024;

    public override string Type => Name;

    [Description("how many observations the model reads: the present one and those before it")]
    [Range(1, int.MaxValue)]
    public int NObsSteps { get; set; } = 1;

    [Description("how many actions of a chunk are played before the model runs again; null: all")]
    [Range(1, int.MaxValue)]
    public int? NActionSteps { get; set; }

    [Description("threads of an operation; with 1, each episode in flight uses a core of its own")]
    [Range(1, MostThreads)]
    public int NumThreads { get; set; } = 1;

    /// <summary>What the model says of itself.</summary>
    [JsonIgnore]
    public ModelFile Model { get => field ?? throw Missing; private set; }

    /// <summary>What the JSON beside it says; null where there is none.</summary>
    [JsonIgnore]
    public ModelDescription? Description { get; private set; }

    private static EvalCoreException Missing => new("--policy.path is missing: the file of an ONNX model, with a JSON file beside it");

    /// <summary>The flags of the model in a file.</summary>
    /// <param name="path">The file, absolute.</param>
    public static OnnxConfig Of(string path)
    {
        var config = new OnnxConfig { Path = path, Model = ModelFile.Read(path), Description = ModelDescription.Read(path) };
        if (config.Description is { } description)
            (config.NObsSteps, config.NActionSteps) = (description.NObsSteps ?? 1, description.NActionSteps);
        return config;
    }

    public override void Validate()
    {
        _ = Model;
        base.Validate();
    }

    public override IPolicy Make(PolicyContext context) => OnnxPolicy.Load(this, context);

    /// <summary>The flags that make it another policy than the files describe, for <c>provenance</c>.</summary>
    public IEnumerable<KeyValuePair<string, string>> Overrides() => OptionProperty.Of(GetType())
        .Where(property => property.Name is "n_obs_steps" or "n_action_steps" or "num_threads" && Given.Contains(property.Name))
        .Select(property => KeyValuePair.Create($"--policy.{property.Name}", property.TextOf(this)));
}
