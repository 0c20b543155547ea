using EvalCore.Environments;
using EvalCore.Policies;

namespace EvalCore.Onnx;

/// <summary>Finds, for each input of a model, what it is given.</summary>
internal static class ModelFields
{
    /// <summary>The inputs in the description's order.</summary>
    /// <exception cref="EvalCoreException">
    /// Names or shapes do not fit; the message lists the model's inputs and the environment's keys.
    /// </exception>
    public static IReadOnlyList<ModelInput> Find(OnnxConfig config, PolicyContext context)
    {
        var (model, description) = (config.Model, config.Description!);
        if (description.Inputs.Keys.FirstOrDefault(name => model.Inputs.All(input => input.Name != name)) is { } unknown)
            throw new EvalCoreException($"{description.File}: inputs.{EvalCoreException.Printable(unknown)}: the model has no such input; {Both(model, context)}");
        if (model.Inputs.FirstOrDefault(input => !description.Inputs.ContainsKey(input.Name)) is { } left)
            throw new EvalCoreException($"{description.File}: inputs does not say what '{left.Name}' is given; {Both(model, context)}");

        var space = context.ObservationSpace;
        foreach (string key in context.RenameMap.Keys.Where(key => space.IndexOf(key) < 0))
            context.Warn($"--rename_map: {context.Source} has no '{key}', only {string.Join(", ", space.Select(field => field.Key))}");
        var inputs = new List<ModelInput>();
        foreach (var (name, input) in description.Inputs)
        {
            var tensor = model.Inputs.First(candidate => candidate.Name == name);
            if (input.Random is not null)
            {
                inputs.Add(ModelInput.Drawn(description.File, tensor, input));
                continue;
            }

            var fields = new List<ObservationField>();
            foreach (string key in input.Keys)
            {
                fields.Add(Named(space, key, context) ?? throw new EvalCoreException(
                    $"{description.File}: inputs.{name}: {context.Source} has no '{key}'; {Both(model, context)}; "
                    + (FittingChoice(description, context) is { } flag ? $"give {flag}" : "if it has another name there, give --rename_map")));
            }

            inputs.Add(ModelInput.Observed(description, tensor, fields, config.NObsSteps, context.Source));
        }

        return inputs;
    }

    /// <summary>The model's inputs and the environment's keys, for messages.</summary>
    public static string Both(ModelFile model, PolicyContext context) =>
        $"the model's inputs are {string.Join(", ", model.Inputs)}; {context.Source} has {string.Join(", ", context.ObservationSpace.Select(field => $"{Renamed(field.Key, context)} [{string.Join(", ", field.Shape)}]"))}";

    private static ObservationField? Named(ObservationSpace space, string key, PolicyContext context) =>
        space.FirstOrDefault(field => Renamed(field.Key, context) == key);

    private static string Renamed(string key, PolicyContext context) => context.RenameMap.GetValueOrDefault(key, key);

    /// <summary>The flag of an environment that observes what the model reads; null where there is none.</summary>
    private static string? FittingChoice(ModelDescription description, PolicyContext context) => context.Choices
        .FirstOrDefault(choice => description.Inputs.Values.SelectMany(input => input.Keys).All(key => Named(choice.Value, key, context) is not null)).Key;
}
