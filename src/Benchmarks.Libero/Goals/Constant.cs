using MuJoCo;

namespace Benchmarks.Libero.Goals;

/// <summary><c>(true ...)</c> and <c>(false ...)</c>.</summary>
internal sealed class Constant(bool value) : Predicate
{
    /// <inheritdoc/>
    public override bool Holds(MjData data) => value;
}
