namespace EvalCore.Remote;

/// <summary>Text that a server sent, for a message.</summary>
internal static class OneLine
{
    /// <summary>The text with a space in place of each control character, a line break for example.</summary>
    public static string Of(string text) => string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter));
}
