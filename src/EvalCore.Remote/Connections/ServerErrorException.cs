namespace EvalCore.Remote.Connections;

/// <summary>The server reported an error of its policy. The message is its last line.</summary>
/// <param name="details">All that the server reported, for example a traceback of Python.</param>
internal sealed class ServerErrorException(string details) : Exception(LastLine(details))
{
    private const int LongestLine = 300;

    /// <summary>All that the server reported.</summary>
    public string Details { get; } = details;

    private static string LastLine(string text)
    {
        string line = text.Split('\n').Select(part => part.Trim()).LastOrDefault(part => part.Length > 0) ?? "an empty message";
        line = OneLine.Of(line);
        return line.Length <= LongestLine ? line : line[..LongestLine] + "…";
    }
}
