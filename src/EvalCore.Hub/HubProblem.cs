namespace EvalCore.Hub;

/// <summary>Why a repository, or a file of it, is not there.</summary>
public enum HubProblem
{
    /// <summary>There is no such repository, or it is private.</summary>
    NoRepository,

    /// <summary>The repository has no such branch, tag or commit.</summary>
    NoRevision,

    /// <summary>The repository has no such file.</summary>
    NoFile,

    /// <summary>The repository's terms must be accepted first.</summary>
    Gated,

    /// <summary>The Hub does not know the token.</summary>
    Token,

    /// <summary>The Hub refuses, for another reason.</summary>
    Refused,

    /// <summary>The Hub cannot be reached, or is out of order.</summary>
    Unreachable,

    /// <summary>It is not in the cache, and a variable says that nothing may be asked of the Hub.</summary>
    Offline,

    /// <summary>What arrives is not what the Hub announced.</summary>
    Damaged,

    /// <summary>The cache cannot be written.</summary>
    Cache,
}
