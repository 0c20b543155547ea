namespace EvalCore.Torch.Checkpoints;

/// <summary>An input or output of a policy.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Shape">Its shape; images are (channels, height, width).</param>
internal sealed record PolicyFeature(FeatureType Type, int[] Shape)
{
    /// <summary>How many numbers it has.</summary>
    public int Length => Shape.Aggregate(1, (product, n) => product * n);
}
