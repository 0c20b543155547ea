namespace EvalCore.Commands;

/// <summary>The exit codes of the program.</summary>
internal static class ExitCode
{
    /// <summary>The command succeeded.</summary>
    public const int Success = 0;

    /// <summary>A check failed, or an unexpected error occurred.</summary>
    public const int Failure = 1;

    /// <summary>Bad input or a missing prerequisite; one line states the reason.</summary>
    public const int BadInput = 2;

    /// <summary>Interrupted by Ctrl-C or SIGTERM.</summary>
    public const int Interrupted = 130;
}
