using EvalCore;
using MuJoCo;

namespace Benchmarks.Libero.Resets;

/// <summary>
/// The initial states of a task, as LIBERO publishes them: a row for each state, with the time, <c>qpos [nq]</c> and
/// <c>qvel [nv]</c>. Seconds, metres, radians.
/// </summary>
internal sealed class InitStates
{
    private readonly string _path;
    private readonly double[] _values;

    /// <summary>Makes the states of a file.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="values">The rows, one after the other.</param>
    /// <param name="width">The numbers of a row.</param>
    internal InitStates(string path, double[] values, int width) => (_path, _values, Width) = (path, values, width);

    /// <summary>The number of states.</summary>
    public int Count => _values.Length / Width;

    /// <summary>The numbers of a state: 1 + nq + nv.</summary>
    public int Width { get; }

    /// <summary>A state. Numbers from <see cref="Count"/> on begin again at 0, as in lerobot's environment.</summary>
    /// <param name="id">The number of the state, 0 or more.</param>
    public ReadOnlySpan<double> Row(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        return _values.AsSpan(id % Count * Width, Width);
    }

    /// <summary>Checks that the states are those of a model.</summary>
    /// <exception cref="EvalCoreException">The rows have another length.</exception>
    public void CheckFits(MjModel model)
    {
        int width = 1 + model.nq + model.nv;
        if (Width != width)
        {
            throw new EvalCoreException(
                $"{_path}: a state has {Width} numbers, but the task's model needs {width} (the time, {model.nq} positions, {model.nv} velocities); the file belongs to another task");
        }
    }

    /// <summary>
    /// Sets a simulation's time, positions and velocities (LIBERO's <c>set_init_state</c>); what depends on them is not
    /// computed.
    /// </summary>
    /// <param name="id">The number of the state, 0 or more.</param>
    /// <param name="data">A simulation that <see cref="CheckFits"/> has passed.</param>
    public void CopyTo(int id, MjData data)
    {
        var row = Row(id);
        data.time = row[0];
        row.Slice(1, data.qpos.Length).CopyTo(data.qpos);
        row[(1 + data.qpos.Length)..].CopyTo(data.qvel);
    }
}
