namespace MuJoCo;

/// <summary>An element of an <see cref="MjSpec"/>: a body, a geom, a site, ...</summary>
public interface IMjsElement
{
    /// <summary>The specification that contains the element.</summary>
    MjSpec Spec { get; }

    /// <summary>The native pointer, <c>mjsElement*</c>.</summary>
    internal nint Element { get; }

    /// <summary>The element's name; empty when it has none.</summary>
    /// <exception cref="MujocoException">Setting it: another element has this name.</exception>
    string Name { get; set; }
}
