namespace Safetensors;

/// <summary>
/// Thrown when a safetensors file cannot be read or written. The message is one line with the file's path and the
/// error.
/// </summary>
public sealed class SafetensorsException : Exception
{
    /// <summary>Creates the exception.</summary>
    public SafetensorsException(string message) : base(message)
    {
    }

    /// <summary>Creates the exception with its cause.</summary>
    public SafetensorsException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
