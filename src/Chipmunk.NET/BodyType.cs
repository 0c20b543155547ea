namespace Chipmunk;

/// <summary><c>cpBodyType</c>: how a body moves.</summary>
public enum BodyType
{
    /// <summary>Moved by forces, impulses and collisions.</summary>
    Dynamic = 0,

    /// <summary>Moved by its velocity only, as if its mass were infinite.</summary>
    Kinematic = 1,

    /// <summary>Never moves.</summary>
    Static = 2,
}
