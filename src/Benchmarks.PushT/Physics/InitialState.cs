using Chipmunk;
using EvalCore.Numerics;

namespace Benchmarks.PushT.Physics;

/// <summary>The five numbers a reset draws, gym-pusht's <c>reset_to_state</c>.</summary>
/// <param name="Agent">The agent's position, environment units.</param>
/// <param name="Block">What the block's position is set to, before its angle: the rotation then moves its origin.</param>
/// <param name="Angle">What the block's angle is set to, radians.</param>
internal readonly record struct InitialState(Vect Agent, Vect Block, double Angle)
{
    /// <summary>Draws a state, in gym-pusht's order.</summary>
    public static InitialState Draw(Generator generator)
    {
        double agentX = generator.Integers(50, 450);
        double agentY = generator.Integers(50, 450);
        double blockX = generator.Integers(100, 400);
        double blockY = generator.Integers(100, 400);
        return new(new Vect(agentX, agentY), new Vect(blockX, blockY), generator.Uniform(-Math.PI, Math.PI));
    }
}
