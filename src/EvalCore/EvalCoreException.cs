namespace EvalCore;

/// <summary>
/// An error that the user can fix: bad input, a damaged file, a missing library. The message is one line that names the
/// flag or file and states what to do. The command line prints it and ends with exit code 2.
/// </summary>
public sealed class EvalCoreException : Exception
{
    /// <summary>Makes the exception.</summary>
    public EvalCoreException(string message) : base(message)
    {
    }

    /// <summary>Makes the exception with its cause.</summary>
    public EvalCoreException(string message, Exception innerException) : base(message, innerException)
    {
    }

    /// <summary>
    /// Whether an exception reports a failed file operation: a missing file, no permission, a full disk, an invalid
    /// path.
    /// </summary>
    public static bool IsFileError(Exception e) =>
        e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException;

    /// <summary>The exception for a file or folder that cannot be read.</summary>
    /// <param name="path">The path, after its flag where a flag gave it.</param>
    /// <param name="cause">A file error.</param>
    public static EvalCoreException CannotRead(string path, Exception cause) =>
        new($"{path} cannot be read ({Reason(cause)})", cause);

    /// <summary>The exception for a file or folder that cannot be written.</summary>
    /// <param name="path">The path, after its flag where a flag gave it.</param>
    /// <param name="cause">A file error.</param>
    public static EvalCoreException CannotWrite(string path, Exception cause) =>
        new($"{path} cannot be written ({Reason(cause)})", cause);

    /// <summary>Text from a file, for a message: a control character, which would end the line, becomes <c>\u000a</c>.</summary>
    public static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString()));

    /// <summary>The operating system's reason, as the end of a sentence.</summary>
    public static string Reason(Exception cause) => cause.Message.TrimEnd('.').ReplaceLineEndings(" ");
}
