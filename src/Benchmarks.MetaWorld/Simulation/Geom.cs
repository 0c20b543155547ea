namespace Benchmarks.MetaWorld.Simulation;

/// <summary>A geom by name. Its position is the one the last kinematics pass left.</summary>
internal readonly struct Geom(SawyerWorld world, int id)
{
    public int Id => id;

    public Vec3 Position => Vec3.From(world.Data.geom_xpos.Slice(3 * id, 3));

    /// <summary>x, y, z, w.</summary>
    public Quat Rotation => Quat.FromMatrix(world.Data.geom_xmat.Slice(9 * id, 9));
}
