namespace Benchmarks.MetaWorld.Simulation;

/// <summary>A site (a mark on a body) by name. Its position is the one the last kinematics pass left.</summary>
internal readonly struct Site(SawyerWorld world, int id)
{
    public Vec3 Position => Vec3.From(world.Data.site_xpos.Slice(3 * id, 3));

    /// <summary>x, y, z, w.</summary>
    public Quat Rotation => Quat.FromMatrix(world.Data.site_xmat.Slice(9 * id, 9));

    /// <summary>The position in its body, in the model.</summary>
    public Vec3 ModelPosition => Vec3.From(world.Model.site_pos.Slice(3 * id, 3));

    /// <summary>Puts the site elsewhere in its body, in the model; seen from the next kinematics pass on.</summary>
    public void Place(Vec3 position) => position.CopyTo(world.Model.site_pos.Slice(3 * id, 3));
}
