using Benchmarks.Libero.Scenes;
using Benchmarks.MuJoCo;
using MuJoCo;

namespace Benchmarks.Libero.Goals;

/// <summary>
/// <c>(on A B)</c>, B an instance: A is not below B, they touch, and the distance of their root bodies in the x-y plane is
/// less than 3 cm. <c>z(B) &lt;= z(A)</c>, contact(A, B), <c>|xy(A) - xy(B)| &lt; 0.03</c>.
/// </summary>
internal sealed class OnObject(MjModel model, SceneInstance above, SceneInstance below) : Predicate
{
    private const double Reach = 0.03;
    private readonly int _above = model.Id(mjtObj.mjOBJ_BODY, above.Body);
    private readonly int _below = model.Id(mjtObj.mjOBJ_BODY, below.Body);
    private readonly ContactTest _contact = new(model, above, below);

    /// <inheritdoc/>
    public override bool Holds(MjData data)
    {
        Vec3 a = new Body(data, _above).Position, b = new Body(data, _below).Position;
        return b.Z <= a.Z && Vec3.DistanceXY(b, a) < Reach && _contact.Holds(data);
    }
}
