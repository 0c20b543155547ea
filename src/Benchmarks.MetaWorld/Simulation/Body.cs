namespace Benchmarks.MetaWorld.Simulation;

/// <summary>A body by name. Its position is the one the last kinematics pass left.</summary>
internal readonly struct Body(SawyerWorld world, int id)
{
    public Vec3 Position => Vec3.From(world.Data.xpos.Slice(3 * id, 3));

    /// <summary>w, x, y, z.</summary>
    public Quat Orientation => Quat.From(world.Data.xquat.Slice(4 * id, 4));

    /// <summary>x, y, z, w.</summary>
    public Quat Rotation => Quat.FromMatrix(world.Data.xmat.Slice(9 * id, 9));

    /// <summary>Puts the body elsewhere in the model; seen from the next kinematics pass on.</summary>
    public void Place(Vec3 position) => position.CopyTo(world.Model.body_pos.Slice(3 * id, 3));
}
