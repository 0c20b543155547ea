using static TorchSharp.torch;

namespace EvalCore.Torch.Processors;

/// <summary>Images of an observation: those that a step's <c>image_keys</c> names, or all.</summary>
internal static class ObservedImages
{
    /// <summary>What the names of images begin with.</summary>
    public const string Prefix = "observation.images";

    /// <summary>Changes images.</summary>
    /// <param name="transition">Has them.</param>
    /// <param name="keys">Their names; null for all whose name begins with <see cref="Prefix"/>.</param>
    /// <param name="change">Gives the new image of a name and an image.</param>
    public static void Change(Transition transition, string[]? keys, Func<string, Tensor, Tensor> change)
    {
        foreach (string key in keys ?? [.. transition.Observation.Keys.Where(key => key.StartsWith(Prefix, StringComparison.Ordinal))])
        {
            if (transition.Observation.TryGetValue(key, out var image))
                transition.Observation[key] = change(key, image);
        }
    }
}
