using MuJoCo;

namespace Benchmarks.Libero.Goals;

/// <summary>
/// <c>(open X)</c> and <c>(turnon X)</c>: any of the joints passes the category's test. <c>(close X)</c> and
/// <c>(turnoff X)</c>: all of them do, which is true of none. The joints are a region's, a drawer's slide for example, or all
/// of an instance's.
/// </summary>
internal sealed class JointsAt : Predicate
{
    private readonly int[] _qpos;
    private readonly Func<double, bool> _test;
    private readonly bool _all;

    /// <summary>Looks up the joints.</summary>
    /// <param name="model">The model.</param>
    /// <param name="joints">The joints' names.</param>
    /// <param name="test">The test of a joint's position.</param>
    /// <param name="all">Whether all of them must pass it, not any.</param>
    public JointsAt(MjModel model, IEnumerable<string> joints, Func<double, bool> test, bool all)
    {
        _qpos = [.. joints.Select(joint => model.jnt_qposadr[model.Id(mjtObj.mjOBJ_JOINT, joint)])];
        _test = test;
        _all = all;
    }

    /// <inheritdoc/>
    public override bool Holds(MjData data)
    {
        foreach (int address in _qpos)
        {
            if (_test(data.qpos[address]) != _all)
                return !_all;
        }

        return _all;
    }
}
