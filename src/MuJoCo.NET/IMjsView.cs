namespace MuJoCo;

/// <summary>How an element of a type is made from what MuJoCo returns.</summary>
internal interface IMjsView<T> where T : class
{
    /// <summary>The function that finds the struct of an <c>mjsElement</c>.</summary>
    static abstract nint Cast { get; }

    /// <summary>The element at an address.</summary>
    static abstract T At(MjSpec spec, nint pointer);
}
