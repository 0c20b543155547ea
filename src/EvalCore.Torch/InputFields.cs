using EvalCore.Environments;
using EvalCore.Policies;
using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Processors;

namespace EvalCore.Torch;

/// <summary>Finds, for each input of a network, the field of the environment's observation.</summary>
internal static class InputFields
{
    /// <summary>The fields that the policy reads, in the environment's order.</summary>
    /// <exception cref="EvalCoreException">
    /// A field is missing or has another shape; the message names the flag of the environment that helps, where one does.
    /// </exception>
    public static IReadOnlyList<ObservationField> Find(LeRobotConfig config, PolicyContext context)
    {
        try
        {
            return Match(config, context);
        }
        catch (EvalCoreException e) when (FittingChoice(config, context) is { } flag)
        {
            throw new EvalCoreException($"{e.Message.Split(';')[0]}; give {flag}", e);
        }
    }

    private static IReadOnlyList<ObservationField> Match(LeRobotConfig config, PolicyContext context)
    {
        var (source, renameMap) = (context.Source, context.RenameMap);
        var environment = config.ProcessorsFor(context.ObservationSpace);
        var space = environment?.ObservationSpace ?? context.ObservationSpace;
        string file = config.Folder.Config;
        var byName = new Dictionary<string, ObservationField>();
        foreach (var field in space)
        {
            string name = RenameObservationsProcessor.NewName(renameMap, field.Key);
            if (byName.TryGetValue(name, out var other) && config.Inputs.Contains(name))
                context.Warn($"--rename_map: '{other.Key}' and '{field.Key}' of {source} are both '{name}'; the policy reads '{field.Key}'");
            byName[name] = field;
        }

        foreach (string key in renameMap.Keys.Where(key => space.IndexOf(key) < 0))
            context.Warn($"--rename_map: {source} has no '{key}', only {string.Join(", ", space.Select(f => f.Key))}");

        var missing = new List<string>();
        foreach (string name in config.Inputs)
        {
            var feature = config.InputFeatures[name];
            if (!byName.TryGetValue(name, out var field))
            {
                if (config.CamerasMayBeMissing && feature.Type == FeatureType.VISUAL)
                {
                    missing.Add(name);
                    continue;
                }

                throw new EvalCoreException(
                    $"{file}: the policy reads '{name}', but {source} has only {string.Join(", ", byName.Keys)} (the policy reads {string.Join(", ", config.Inputs)}); if it has another name there, give --rename_map");
            }

            bool image = feature.Type == FeatureType.VISUAL;
            if (image != (field.Kind == ObservationKind.Image))
                throw new EvalCoreException($"{file}: '{name}' is {feature.Type}, but '{field.Key}' of {source} is not");
            if (!image && feature.Length != field.Length)
            {
                throw new EvalCoreException(
                    $"{file}: '{name}' has shape [{string.Join(", ", feature.Shape)}], but '{field.Key}' of {source} has [{string.Join(", ", field.Shape)}]");
            }

            if (image && feature.Shape is [_, var height, var width] && (height, width) != (field.Shape[0], field.Shape[1]))
                context.Warn($"'{name}' is {field.Shape[0]}x{field.Shape[1]} in {source}, but the policy was trained on {height}x{width}");
        }

        if (missing.Count > 0 && missing.Count == config.Images.Count)
        {
            throw new EvalCoreException(
                $"{file}: the policy reads {string.Join(", ", missing)}, but {source} has only {string.Join(", ", byName.Keys)}: one image at least is needed; if it has another name there, give --rename_map");
        }

        // A camera that the checkpoint itself calls empty has had no image in training either.
        string[] noted = [.. missing.Where(name => !name.StartsWith(FeatureNames.EmptyCamera, StringComparison.Ordinal))];
        if (noted.Length > 0)
            context.Warn($"{source} has no {string.Join(", ", noted.Select(name => $"'{name}'"))}: the policy runs without; if an image has another name there, give --rename_map");
        var read = space.Where(field => config.Inputs.Any(name => byName.GetValueOrDefault(name) == field));
        return [.. environment?.SourcesOf(read) ?? read];
    }

    /// <summary>The flag of an environment that observes what the policy reads; null where there is none.</summary>
    private static string? FittingChoice(LeRobotConfig config, PolicyContext context)
    {
        return context.Choices.FirstOrDefault(choice => config.Inputs.All(name => IsEmptyCamera(name) || Observes(choice.Value, name))).Key;

        bool IsEmptyCamera(string name) => config.CamerasMayBeMissing && name.StartsWith(FeatureNames.EmptyCamera, StringComparison.Ordinal);

        bool Observes(ObservationSpace space, string name) => (config.ProcessorsFor(space)?.ObservationSpace ?? space).Any(field =>
            RenameObservationsProcessor.NewName(context.RenameMap, field.Key) == name
            && (config.InputFeatures[name].Type == FeatureType.VISUAL
                ? field.Kind == ObservationKind.Image
                : field.Kind == ObservationKind.Vector && field.Length == config.InputFeatures[name].Length));
    }
}
