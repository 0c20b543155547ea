namespace Benchmarks.MetaWorld.Simulation;

/// <summary>A hinge or slide by name.</summary>
internal readonly struct Joint(SawyerWorld world, int id)
{
    /// <summary>Where its position is in qpos.</summary>
    public int QposAddress => world.Model.jnt_qposadr[id];

    /// <summary>Where its velocity is in qvel.</summary>
    public int DofAddress => world.Model.jnt_dofadr[id];

    /// <summary>Radians or metres.</summary>
    public double Position => world.Data.qpos[QposAddress];
}
