namespace Benchmarks.Libero.Scenes;

/// <summary>A place that belongs to an instance: a site of its model.</summary>
/// <param name="Key">The name of the region and of the site.</param>
/// <param name="Parent">The instance.</param>
/// <param name="Joints">The joints of the innermost body that contains the site: the drawer's slide, for a drawer.</param>
/// <param name="Size">Half the extent of the site along x, y and z, metres.</param>
internal sealed record SceneRegion(string Key, string Parent, IReadOnlyList<string> Joints, IReadOnlyList<double> Size);
