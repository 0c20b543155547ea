namespace EvalCore.Environments;

/// <summary>One named entry of an observation.</summary>
/// <param name="Key">LeRobot's name, for example <c>observation.state</c> or <c>observation.images.image</c>.</param>
/// <param name="Kind">A vector of numbers, or an image.</param>
/// <param name="Shape">The shape: <c>[n]</c> for numbers, <c>[height, width, 3]</c> for an image.</param>
public sealed record ObservationField(string Key, ObservationKind Kind, IReadOnlyList<int> Shape)
{
    /// <summary>The meaning of the numbers, with their units; empty for an image.</summary>
    public string Meaning { get; init; } = "";

    /// <summary>The number of elements: the product of <see cref="Shape"/>.</summary>
    public int Length => Shape.Aggregate(1, (product, n) => product * n);

    /// <summary>A field of <paramref name="length"/> numbers.</summary>
    /// <param name="key">LeRobot's name.</param>
    /// <param name="length">The number of elements.</param>
    /// <param name="meaning">The meaning of the numbers, with their units.</param>
    public static ObservationField Vector(string key, int length, string meaning = "") =>
        new(key, ObservationKind.Vector, [length]) { Meaning = meaning };

    /// <summary>An RGB image.</summary>
    public static ObservationField Image(string key, int height, int width) =>
        new(key, ObservationKind.Image, [height, width, 3]);
}
