namespace Chipmunk;

/// <summary><c>cpBodyType</c>.</summary>
public enum BodyType
{
    /// <summary>Moved by forces, impulses and collisions.</summary>
    Dynamic = 0,

    /// <summary>Moved by its velocity alone, as if its mass were infinite.</summary>
    Kinematic = 1,

    /// <summary>Never moves.</summary>
    Static = 2,
}
