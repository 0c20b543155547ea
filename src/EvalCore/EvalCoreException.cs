namespace EvalCore;

/// <summary>
/// Bad input: its message is one clear line that names the flag or file and says what to do. The command line prints
/// it and ends with exit code 2.
/// </summary>
public sealed class EvalCoreException : Exception
{
    /// <summary>Makes the exception.</summary>
    public EvalCoreException(string message) : base(message)
    {
    }

    /// <summary>Makes the exception, keeping what caused it.</summary>
    public EvalCoreException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
