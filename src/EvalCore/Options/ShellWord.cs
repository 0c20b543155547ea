namespace EvalCore.Options;

/// <summary>Writes values into command lines that people copy into a POSIX shell.</summary>
public static class ShellWord
{
    /// <summary>A value as a shell reads it: unchanged, or in single quotes where it has other than ordinary characters.</summary>
    public static string Quote(string value) =>
        value.All(letter => char.IsAsciiLetterOrDigit(letter) || "/._-+,:=@%".Contains(letter, StringComparison.Ordinal))
            ? value
            : $"'{value.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
