namespace Chipmunk;

/// <summary>
/// <c>cpArbiter</c>: a pair of touching shapes. Chipmunk owns it; it is valid only inside the callback that receives
/// it.
/// </summary>
public readonly struct Arbiter
{
    private readonly nint _arbiter;

    internal Arbiter(nint arbiter) => _arbiter = arbiter;

    /// <summary>The number of contact points, 1 or 2.</summary>
    public int Count => Native.cpArbiterGetCount(_arbiter);

    /// <summary>The unit normal of the collision, from the first shape to the second.</summary>
    public Vect Normal => Native.cpArbiterGetNormal(_arbiter);

    /// <summary>Whether this is the first step in which the shapes touch.</summary>
    public bool IsFirstContact => Native.cpArbiterIsFirstContact(_arbiter) != 0;

    /// <summary>The impulse that the solver applied in this step; defined only in a post-solve callback.</summary>
    public Vect TotalImpulse => Native.cpArbiterTotalImpulse(_arbiter);

    /// <summary>All contacts, with their penetration.</summary>
    public ContactPointSet ContactPointSet => Native.cpArbiterGetContactPointSet(_arbiter);

    /// <summary>The position of a contact on the surface of the first shape, in world coordinates.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is not below <see cref="Count"/>.</exception>
    public Vect PointA(int index) => Native.cpArbiterGetPointA(_arbiter, Checked(index));

    /// <summary>The position of a contact on the surface of the second shape, in world coordinates.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is not below <see cref="Count"/>.</exception>
    public Vect PointB(int index) => Native.cpArbiterGetPointB(_arbiter, Checked(index));

    /// <summary>The native pointers (<c>cpShape*</c>) of the two shapes.</summary>
    public unsafe void GetShapes(out nint a, out nint b)
    {
        fixed (nint* pa = &a, pb = &b)
            Native.cpArbiterGetShapes(_arbiter, pa, pb);
    }

    private int Checked(int index) =>
        (uint)index < (uint)Count ? index : throw new ArgumentOutOfRangeException(nameof(index));
}
