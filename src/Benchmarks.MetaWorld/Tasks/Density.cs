namespace Benchmarks.MetaWorld.Tasks;

/// <summary>How much of <see cref="SawyerTask.Caging"/> is paid before the fingers close.</summary>
internal enum Density
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Half of it for the distance from hand to object.</summary>
    Medium,

    /// <summary>Half of it for having the object between the fingers.</summary>
    High,
}
