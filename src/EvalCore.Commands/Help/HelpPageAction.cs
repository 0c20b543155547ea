using System.CommandLine;
using System.CommandLine.Invocation;

namespace EvalCore.Commands.Help;

/// <summary>
/// Prints a command's help: description, usage, examples, flags in groups, exit codes. (System.CommandLine's own help
/// has neither examples nor groups, and its layout cannot be replaced.)
/// </summary>
/// <param name="root">The help of the program itself.</param>
/// <param name="width">The width of the terminal in columns.</param>
/// <param name="examples">Adapts example command lines to the program.</param>
internal sealed class HelpPageAction(HelpPage root, int width, Func<string, string> examples) : SynchronousCommandLineAction
{
    private const int Indent = 2;
    private const int FirstColumn = 32;

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var command = parseResult.CommandResult.Command;
        var page = command is PagedCommand paged ? paged.Page : root;
        var output = parseResult.InvocationConfiguration.Output;
        foreach (string line in command.Description!.Split('\n').SelectMany(line => Wrap(line, width)))
            output.WriteLine(line);
        output.WriteLine();
        output.WriteLine("Usage:");
        foreach (string line in page.Usage.Split('\n'))
            output.WriteLine($"  {examples(line)}");
        if (page.Examples.Count > 0)
        {
            output.WriteLine();
            output.WriteLine("Examples:");
            foreach (var (text, meaning) in page.Examples)
            {
                output.WriteLine($"  # {meaning}");
                output.WriteLine($"  {examples(text)}");
            }
        }

        foreach (var (title, rows) in page.Sections(parseResult.UnmatchedTokens))
            WriteRows(output, title, rows);
        WriteRows(output, "Exit codes", page.ExitCodes);
        return ExitCode.Success;
    }

    private void WriteRows(TextWriter output, string title, IEnumerable<HelpRow> rows)
    {
        var list = rows.ToList();
        output.WriteLine();
        output.WriteLine($"{title}:");
        int column = Math.Min(FirstColumn, list.Select(row => row.Text.Length).DefaultIfEmpty().Max()) + Indent + 2;
        foreach (var (text, meaning) in list)
        {
            string line = new string(' ', Indent) + text;
            if (meaning.Length == 0)
            {
                output.WriteLine(line);
                continue;
            }

            if (line.Length + 2 > column)
            {
                output.WriteLine(line);
                line = "";
            }

            foreach (string words in Wrap(meaning, Math.Max(20, width - column)))
            {
                output.WriteLine(line.PadRight(column) + words.Replace('\u00A0', ' '));
                line = "";
            }
        }
    }

    private static IEnumerable<string> Wrap(string text, int width)
    {
        string line = "";
        foreach (string word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = "";
            }

            line = line.Length == 0 ? word : $"{line} {word}";
        }

        yield return line;
    }
}
