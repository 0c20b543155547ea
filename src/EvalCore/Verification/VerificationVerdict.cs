namespace EvalCore.Verification;

/// <summary>Whether episodes that were played again are those of the run.</summary>
public enum VerificationVerdict
{
    /// <summary>All values that were compared are equal, bit for bit.</summary>
    Equal,

    /// <summary>The same, and the result does not have all that its run planned, or was not played in all.</summary>
    EqualInPart,

    /// <summary>A value differs.</summary>
    Differs,

    /// <summary>The episodes cannot be the same: another policy, engine, renderer or set of files.</summary>
    NotComparable,
}
