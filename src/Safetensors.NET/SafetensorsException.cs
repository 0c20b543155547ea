namespace Safetensors;

/// <summary>
/// A safetensors file that cannot be read or written. The message is one line that names the file and what is wrong with it.
/// </summary>
public sealed class SafetensorsException : Exception
{
    /// <summary>Makes the exception.</summary>
    public SafetensorsException(string message) : base(message)
    {
    }

    /// <summary>Makes the exception, keeping what caused it.</summary>
    public SafetensorsException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
