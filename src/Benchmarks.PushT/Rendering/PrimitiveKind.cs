namespace Benchmarks.PushT.Rendering;

/// <summary>The kind of a <see cref="Primitive"/>.</summary>
internal enum PrimitiveKind
{
    /// <summary>A filled polygon of four points, or five when the first is repeated.</summary>
    Polygon,

    /// <summary>A line of a width.</summary>
    Line,

    /// <summary>A filled circle.</summary>
    Circle,

    /// <summary>An anti-aliased line.</summary>
    AntiAliasedLine,
}
