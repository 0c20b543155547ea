namespace Safetensors;

/// <summary>Recognizes by its first bytes what often stands in place of a file that was to be downloaded or copied.</summary>
public static class ForeignContent
{
    /// <summary>How many of a file's first bytes <see cref="Describe"/> looks at.</summary>
    public const int Length = 64;

    /// <summary>What a file is, and what to do, as the end of a sentence that begins with the file's name.</summary>
    /// <param name="start">The file's first bytes.</param>
    /// <returns>For example <c>is a Git LFS pointer ...; run 'git lfs pull'</c>; null where nothing is recognized.</returns>
    public static string? Describe(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith("version https://git-lfs"u8))
            return "is a Git LFS pointer, not the file itself; fetch the file with 'git lfs pull' or 'hf download'";
        if (start.StartsWith("# xet version"u8))
            return "is a pointer of the Xet file store, not the file itself; fetch the file with 'hf download'";
        if (start.StartsWith("PK\u0003\u0004"u8) || start is [0x80, >= 2 and <= 5, ..])
            return "is a pickle, as torch.save writes, which is not read; save it again with LeRobot's save_pretrained";
        var text = start.StartsWith("\ufeff"u8) ? start[3..] : start;
        text = text.TrimStart(" \t\r\n"u8);
        return StartsWith(text, "<!doctype") || StartsWith(text, "<html") || StartsWith(text, "<?xml")
            ? "is a web page, which a server sends in place of a file that does not exist or needs a login; download the file again"
            : null;
    }

    private static bool StartsWith(ReadOnlySpan<byte> text, string word)
    {
        if (text.Length < word.Length)
            return false;
        for (int i = 0; i < word.Length; i++)
        {
            if (char.ToLowerInvariant((char)text[i]) != word[i])
                return false;
        }

        return true;
    }
}
