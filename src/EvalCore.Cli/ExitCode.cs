namespace EvalCore.Cli;

/// <summary>How the program ends.</summary>
internal static class ExitCode
{
    /// <summary>All went well.</summary>
    public const int Success = 0;

    /// <summary>A gate failed, something is missing, or an error nobody foresaw.</summary>
    public const int Failure = 1;

    /// <summary>What was asked is not possible; a line says why.</summary>
    public const int BadInput = 2;

    /// <summary>Ctrl-C.</summary>
    public const int Interrupted = 130;
}
