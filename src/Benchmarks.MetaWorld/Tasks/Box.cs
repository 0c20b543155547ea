using Benchmarks.MuJoCo;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>A box in space with its bounds, metres.</summary>
internal readonly record struct Box(Vec3 Low, Vec3 High)
{
    public Vec3 Clip(Vec3 point) => new(
        Math.Clamp(point.X, Low.X, High.X), Math.Clamp(point.Y, Low.Y, High.Y), Math.Clamp(point.Z, Low.Z, High.Z));
}
