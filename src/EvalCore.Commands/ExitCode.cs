using EvalCore.Comparisons;

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

    /// <summary>A gate or a comparison fails.</summary>
    public const int GateFailed = 3;

    /// <summary>The episodes do not decide.</summary>
    public const int Undecided = 4;

    /// <summary>The runs cannot be compared.</summary>
    public const int NotComparable = 5;

    /// <summary>The exit code of a verdict.</summary>
    public static int Of(GateVerdict verdict) => verdict switch
    {
        GateVerdict.Pass => Success,
        GateVerdict.Fail => GateFailed,
        GateVerdict.Undecided => Undecided,
        _ => NotComparable,
    };

    /// <summary>Interrupted by Ctrl-C or SIGTERM.</summary>
    public const int Interrupted = 130;
}
