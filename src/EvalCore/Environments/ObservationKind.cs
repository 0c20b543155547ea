namespace EvalCore.Environments;

/// <summary>How the values of an observation's field are stored.</summary>
public enum ObservationKind
{
    /// <summary>Numbers, float64, row-major.</summary>
    Vector,

    /// <summary>An image, 8-bit RGB, height x width x 3, row-major.</summary>
    Image,
}
