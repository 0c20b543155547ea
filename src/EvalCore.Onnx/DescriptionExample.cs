using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using EvalCore.Environments;
using EvalCore.Policies;

namespace EvalCore.Onnx;

/// <summary>The description that a model without one needs, as far as its names and shapes tell.</summary>
internal static class DescriptionExample
{
    private static readonly JsonSerializerOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The message for a model without a description.</summary>
    public static string Missing(ModelFile model, PolicyContext context) =>
        $"{model.Path}: {Path.GetFileName(ModelDescription.PathOf(model.Path))} is missing beside it; write it, with what fits: {Of(model, context).ToJsonString(OneLine)} "
        + $"({ModelFields.Both(model, context)}; its outputs are {string.Join(", ", model.Outputs)})";

    /// <summary>The description, with a guess for each name.</summary>
    internal static JsonObject Of(ModelFile model, PolicyContext context)
    {
        var left = context.ObservationSpace.ToList();
        var inputs = new JsonObject();
        foreach (var tensor in model.Inputs)
            inputs[tensor.Name] = Input(tensor, left);
        var output = model.Outputs[0];
        int? chunk = output.Shape is [.., { } steps, _] && output.Shape.Count > 1 ? (int)steps : null;
        return new JsonObject
        {
            ["inputs"] = inputs,
            ["output"] = output.Name,
            ["n_obs_steps"] = 1,
            ["n_action_steps"] = chunk,
            ["normalization"] = null,
        };
    }

    /// <summary>The field of the observation that fits and whose name is nearest; random numbers where none fits.</summary>
    private static JsonObject Input(TensorInfo tensor, List<ObservationField> left)
    {
        var fitting = left.Where(field => Fits(tensor, field)).OrderByDescending(field => Likeness(tensor.Name, field.Key)).FirstOrDefault();
        bool named = tensor.Name.Contains("noise", StringComparison.OrdinalIgnoreCase);
        if (!named && fitting is not null)
        {
            left.Remove(fitting);
            var input = new JsonObject { ["key"] = fitting.Key };
            if (fitting.Kind == ObservationKind.Image)
                input["layout"] = tensor.Shape is [.., 3] ? "hwc" : "chw";
            return input;
        }

        return named && tensor.Shape is { } shape && shape.All(n => n is not null)
            ? new JsonObject { ["random"] = "normal", ["shape"] = new JsonArray([.. shape.Select(n => (JsonNode)n!.Value)]) }
            : new JsonObject { ["key"] = "KEY" };
    }

    private static bool Fits(TensorInfo tensor, ObservationField field)
    {
        if (tensor.Shape is not { } shape)
            return true;
        long[][] cores = field.Kind == ObservationKind.Image
            ? [[3, field.Shape[0], field.Shape[1]], [field.Shape[0], field.Shape[1], 3]]
            : [[field.Length]];
        return cores.Any(core => shape.Count >= core.Length && shape.Skip(shape.Count - core.Length).Zip(core).All(pair => pair.First is null || pair.First == pair.Second)
            && shape.Count <= core.Length + 2);
    }

    private static int Likeness(string name, string key)
    {
        string last = key.Split('.')[^1];
        return name == key ? 3 : name.Contains(last, StringComparison.OrdinalIgnoreCase) ? 2 : key.Contains(name, StringComparison.OrdinalIgnoreCase) ? 1 : 0;
    }
}
