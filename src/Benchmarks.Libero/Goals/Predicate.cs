using MuJoCo;

namespace Benchmarks.Libero.Goals;

/// <summary>
/// A condition of a goal, resolved for a model. Source: hf-libero 0.1.4, <c>envs/predicates/base_predicates.py</c> and
/// <c>envs/object_states/base_object_states.py</c>.
/// </summary>
internal abstract class Predicate
{
    /// <summary>
    /// Whether the condition holds. It reads the data as they stand: after a step, joint positions are current, while
    /// positions of bodies and contacts are those before the step's integration. Nothing is allocated.
    /// </summary>
    /// <param name="data">A simulation of the model.</param>
    public abstract bool Holds(MjData data);
}
