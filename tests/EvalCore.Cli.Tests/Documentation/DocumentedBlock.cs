namespace EvalCore.Cli.Tests.Documentation;

/// <summary>A fenced block of the README or of a page in docs.</summary>
/// <param name="Page">The page, relative to the repository's root.</param>
/// <param name="Line">The number of its first line.</param>
/// <param name="Language">The word after the fence; empty for none, which is a shell's.</param>
/// <param name="Text">The lines between the fences.</param>
internal sealed record DocumentedBlock(string Page, int Line, string Language, string Text)
{
    /// <summary>The pages whose blocks are tested here. The tests of the packages compile the READMEs in src.</summary>
    public static IReadOnlyList<string> Pages { get; } =
    [
        "README.md", "src/EvalCore.Cli/README.md",
        .. Directory.GetFiles(Path.Combine(Goldens.Root, "docs"), "*.md").Select(file => Path.GetRelativePath(Goldens.Root, file)).Order(StringComparer.Ordinal),
    ];

    /// <summary>All blocks, in the order of the pages.</summary>
    public static IReadOnlyList<DocumentedBlock> All { get; } = [.. Pages.SelectMany(Of)];

    private static IEnumerable<DocumentedBlock> Of(string page)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Goldens.Root, page));
        for (int i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith("```", StringComparison.Ordinal))
                continue;
            int end = Array.FindIndex(lines, i + 1, line => line.StartsWith("```", StringComparison.Ordinal));
            Assert.True(end > i, $"{page}:{i + 1}: the block has no end");
            yield return new DocumentedBlock(page, i + 2, lines[i][3..].Trim(), string.Join('\n', lines[(i + 1)..end]));
            i = end;
        }
    }
}
