namespace MuJoCo;

/// <summary>An element of an <see cref="MjSpec"/>: a body, a geom, a site, ...</summary>
public interface IMjsElement
{
    /// <summary>The specification it belongs to.</summary>
    MjSpec Spec { get; }

    /// <summary>MuJoCo's <c>mjsElement</c>.</summary>
    internal nint Element { get; }

    /// <summary>The element's name; empty where it has none.</summary>
    /// <exception cref="MujocoException">Set: another element has the name.</exception>
    string Name { get; set; }
}
