namespace EvalCore.Torch.Checkpoints;

/// <summary>An input or output of a policy.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Shape">Its shape; pictures are (channels, height, width).</param>
internal sealed record PolicyFeature(FeatureType Type, int[] Shape);
