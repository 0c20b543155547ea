namespace Benchmarks.MetaWorld.Tasks;

/// <summary>How dense <see cref="SawyerTask.GripperCagingReward"/> is: what it rewards before the fingers close.</summary>
internal enum CagingDensity
{
    /// <summary>Sparse: nothing.</summary>
    None,

    /// <summary>Upstream's <c>medium_density</c>: half of it for the distance from the fingertips to the object.</summary>
    Medium,

    /// <summary>Upstream's <c>high_density</c>: half of it for having the object between the fingers.</summary>
    High,
}
