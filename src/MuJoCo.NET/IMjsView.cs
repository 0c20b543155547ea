namespace MuJoCo;

/// <summary>Creates an element of a type from a native pointer.</summary>
internal interface IMjsView<T> where T : class
{
    /// <summary>
    /// The native function that converts an <c>mjsElement*</c> to this type's struct (<c>mjs_asGeom</c> and the like).
    /// </summary>
    static abstract nint Cast { get; }

    /// <summary>Creates the element for the struct at an address.</summary>
    static abstract T At(MjSpec spec, nint pointer);
}
