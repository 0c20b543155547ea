using System.Text.Json.Nodes;
using EvalCore.Features;
using EvalCore.Options;

namespace EvalCore.Onnx;

/// <summary>
/// The JSON beside a model: what an ONNX file does not say of a policy. See docs/onnx.md.
/// </summary>
internal sealed record ModelDescription
{
    private const double Eps = 1e-8;

    /// <summary>The file.</summary>
    public required string File { get; init; }

    /// <summary>What each tensor is given, in the file's order, which is the order of random draws.</summary>
    public required OrderedDictionary<string, InputDescription> Inputs { get; init; }

    /// <summary>The tensor with the actions; null for the only one there is.</summary>
    public string? Output { get; init; }

    /// <summary>How many actions a chunk has; null for as many as the model gives.</summary>
    public int? ChunkSize { get; init; }

    /// <summary>The action of a chunk that is played first: a Diffusion model may give those of past steps as well.</summary>
    public int FirstActionStep { get; init; }

    /// <summary>How many observations the model reads; null for 1.</summary>
    public int? NObsSteps { get; init; }

    /// <summary>How many actions of a chunk are played; null for all.</summary>
    public int? NActionSteps { get; init; }

    /// <summary>The arithmetic before and after the model, by observation key and <c>action</c>; what is not there is left as it is.</summary>
    public required IReadOnlyDictionary<string, Normalization> Normalization { get; init; }

    /// <summary>The description's place: <c>model.json</c> beside <c>model.onnx</c>.</summary>
    public static string PathOf(string model) => Path.ChangeExtension(model, ".json");

    /// <summary>Reads the description of a model.</summary>
    /// <param name="model">The model's path.</param>
    /// <returns>Null where there is no such file.</returns>
    /// <exception cref="EvalCoreException">The file cannot be read, or a field is not what it must be.</exception>
    public static ModelDescription? Read(string model)
    {
        string file = PathOf(model);
        return Path.Exists(file) ? Read(file, JsonFile.Read(file, "the description of an ONNX model")) : null;
    }

    /// <summary>Reads a description.</summary>
    /// <param name="file">The file, for messages.</param>
    /// <param name="json">Its content.</param>
    /// <exception cref="EvalCoreException">A field is not what it must be.</exception>
    internal static ModelDescription Read(string file, JsonObject json)
    {
        var fields = new JsonFields(file, "", json);
        var inputs = new OrderedDictionary<string, InputDescription>();
        foreach (var (name, input) in fields.Objects("inputs"))
            inputs.Add(name, InputDescription.Read(input));
        if (inputs.Count == 0)
            throw fields.Invalid("inputs", "a map from the model's inputs to what they are given");
        var description = new ModelDescription
        {
            File = file,
            Inputs = inputs,
            Output = fields.Text("output"),
            ChunkSize = fields.Whole("chunk_size", 1),
            FirstActionStep = fields.Whole("first_action_step", 0) ?? 0,
            NObsSteps = fields.Whole("n_obs_steps", 1),
            NActionSteps = fields.Whole("n_action_steps", 1),
            Normalization = fields.Objects("normalization").ToDictionary(entry => entry.Name, entry => ReadNormalization(entry.Fields)),
        };
        fields.Finish();
        foreach (string key in description.Normalization.Keys.Where(key => key != Feature.Action && !inputs.Values.Any(input => input.Keys.Contains(key))))
            throw new EvalCoreException($"{file}: normalization.{EvalCoreException.Printable(key)}: no input reads it (read are {EvalCoreException.Printable(string.Join(", ", inputs.Values.SelectMany(input => input.Keys)))}, and there is action)");
        return description;
    }

    private static Normalization ReadNormalization(JsonFields fields)
    {
        string name = fields.OneOf("mode", Enum.GetNames<NormalizationMode>()) ?? throw fields.Invalid("mode", $"one of {string.Join(", ", Enum.GetNames<NormalizationMode>())}");
        var mode = Enum.Parse<NormalizationMode>(name);
        var statistics = new FeatureStatistics
        {
            Mean = fields.Numbers("mean"),
            Std = fields.Numbers("std"),
            Min = fields.Numbers("min"),
            Max = fields.Numbers("max"),
            Q01 = fields.Numbers("q01"),
            Q99 = fields.Numbers("q99"),
            Q10 = fields.Numbers("q10"),
            Q90 = fields.Numbers("q90"),
        };
        double eps = fields.Number("eps") ?? Eps;
        fields.Finish();
        string[] needed = mode switch
        {
            NormalizationMode.MEAN_STD => ["mean", "std"],
            NormalizationMode.MIN_MAX => ["min", "max"],
            NormalizationMode.QUANTILES => ["q01", "q99"],
            NormalizationMode.QUANTILE10 => ["q10", "q90"],
            _ => [],
        };
        foreach (string statistic in needed.Where(statistic => !fields.Has(statistic)))
            throw fields.Invalid(statistic, $"a list of numbers, which {mode} needs");
        if (needed.Length == 2 && fields.Numbers(needed[0])!.Count != fields.Numbers(needed[1])!.Count)
            throw fields.Invalid(needed[1], $"as long as {needed[0]}");
        return new Normalization(mode, statistics, eps);
    }
}
