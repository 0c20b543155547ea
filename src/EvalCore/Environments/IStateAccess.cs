namespace EvalCore.Environments;

/// <summary>An environment whose simulator's full state can be read and set: for <c>evalcore replay</c>.</summary>
public interface IStateAccess
{
    /// <summary>
    /// The parts of the state: the tensors of a replay's trace, for example <c>state [10]</c> for PushT, <c>qpos</c> and
    /// <c>qvel</c> for MuJoCo.
    /// </summary>
    IReadOnlyList<StateField> StateFields { get; }

    /// <summary>Reads the simulator's state into every part of <paramref name="state"/>.</summary>
    void GetState(SimulatorState state);

    /// <summary>Sets the simulator's state and recomputes the quantities derived from it.</summary>
    void SetState(SimulatorState state);
}
