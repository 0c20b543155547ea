using MuJoCo;

namespace Benchmarks.MuJoCo;

/// <summary>A hinge or slide joint of a model: one number of <c>qpos</c>, one of <c>qvel</c>.</summary>
/// <param name="data">The simulation.</param>
/// <param name="id">The joint's number.</param>
public readonly struct Joint(MjData data, int id)
{
    /// <summary>The joint's number.</summary>
    public int Id => id;

    /// <summary>The index of its position in <c>qpos</c>.</summary>
    public int QposAddress => data.Model.jnt_qposadr[id];

    /// <summary>The index of its velocity in <c>qvel</c>.</summary>
    public int DofAddress => data.Model.jnt_dofadr[id];

    /// <summary>Its position: radians (hinge) or metres (slide).</summary>
    public double Position => data.qpos[QposAddress];
}
