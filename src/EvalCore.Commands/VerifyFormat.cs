namespace EvalCore.Commands;

/// <summary>How the result of a verification is written.</summary>
internal enum VerifyFormat
{
    /// <summary>Lines, the last of which is the verdict.</summary>
    Text,

    /// <summary>For programs.</summary>
    Json,
}
