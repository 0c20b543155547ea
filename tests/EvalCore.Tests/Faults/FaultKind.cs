namespace EvalCore.Tests.Faults;

/// <summary>What happens at an operation of the disk.</summary>
public enum FaultKind
{
    /// <summary>The process is killed. A write was done up to some byte.</summary>
    Kill,

    /// <summary>The machine loses its power in a write: the file has its new length, and what did not reach the disk is zero bytes.</summary>
    PowerFailure,

    /// <summary>The disk is full from here on. Files can still be deleted and cut.</summary>
    FullDisk,

    /// <summary>This operation fails, and later ones work again.</summary>
    Glitch,
}
