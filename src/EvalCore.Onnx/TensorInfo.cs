namespace EvalCore.Onnx;

/// <summary>An input or output of a model, as the file declares it.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Shape">Its dimensions, null for one that is not fixed; null where the file does not say how many there are.</param>
internal sealed record TensorInfo(string Name, ElementType Type, IReadOnlyList<long?>? Shape)
{
    /// <summary>The dimensions in messages: <c>[?, 3, 96, 96]</c>.</summary>
    public string ShapeText => Shape is null ? "[...]" : $"[{string.Join(", ", Shape.Select(n => n?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "?"))}]";

    /// <summary>Whether a tensor of a shape can be given.</summary>
    public bool Takes(IReadOnlyList<long> shape) =>
        Shape is null || (Shape.Count == shape.Count && Shape.Zip(shape).All(pair => pair.First is null || pair.First == pair.Second));

    /// <inheritdoc/>
    public override string ToString() => $"'{Name}' {Type.ToString().ToLowerInvariant()} {ShapeText}";
}
