using EvalCore.Environments;
using MuJoCo;

namespace Benchmarks.MuJoCo;

/// <summary>
/// The state of a simulation as <c>IStateAccess</c> has it: <c>qpos [nq]</c>, <c>qvel [nv]</c> and, where the model has
/// mocap bodies, <c>mocap_pos [3 nmocap]</c>, which a stored state may lack. Metres, radians, seconds.
/// </summary>
public static class MujocoState
{
    private const string Qpos = "qpos";
    private const string Qvel = "qvel";
    private const string MocapPos = "mocap_pos";

    /// <summary>The parts of a model's state.</summary>
    public static IReadOnlyList<StateField> FieldsOf(MjModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        StateField qpos = new(Qpos, model.nq), qvel = new(Qvel, model.nv);
        return model.nmocap == 0 ? [qpos, qvel] : [qpos, qvel, new StateField(MocapPos, 3 * model.nmocap) { IsOptional = true }];
    }

    /// <summary>Reads a simulation's state.</summary>
    public static void Get(MjData data, SimulatorState state)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(state);
        for (int i = 0; i < state.Fields.Count; i++)
            Part(data, state.Fields[i].Name).CopyTo(state[i]);
    }

    /// <summary>Sets a simulation's state, and computes everything that depends on it (<c>mj_forward</c>).</summary>
    public static void Set(MjData data, SimulatorState state)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(state);
        for (int i = 0; i < state.Fields.Count; i++)
            state[i].CopyTo(Part(data, state.Fields[i].Name));
        data.Forward();
    }

    private static Span<double> Part(MjData data, string name) => name switch
    {
        Qpos => data.qpos,
        Qvel => data.qvel,
        MocapPos => data.mocap_pos,
        _ => throw new KeyNotFoundException($"a MuJoCo state has no '{name}'"),
    };
}
