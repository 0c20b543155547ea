namespace EvalCore.Environments;

/// <summary>One named entry of an observation.</summary>
/// <param name="Key">LeRobot's name, for example <c>observation.state</c> or <c>observation.images.image</c>.</param>
/// <param name="Kind">Numbers or a picture.</param>
/// <param name="Shape">The shape: <c>[n]</c> for numbers, <c>[height, width, 3]</c> for a picture.</param>
public sealed record ObservationField(string Key, ObservationKind Kind, IReadOnlyList<int> Shape)
{
    /// <summary>The number of elements: the product of <see cref="Shape"/>.</summary>
    public int Length => Shape.Aggregate(1, (product, n) => product * n);

    /// <summary>A field of <paramref name="length"/> numbers.</summary>
    public static ObservationField Vector(string key, int length) => new(key, ObservationKind.Vector, [length]);

    /// <summary>An RGB picture.</summary>
    public static ObservationField Image(string key, int height, int width) =>
        new(key, ObservationKind.Image, [height, width, 3]);
}
