using EvalCore.Options;
using Spectre.Console;

namespace EvalCore.Cli;

/// <summary>
/// What the program talks to: results go to one side, progress and errors to the other, so that a pipe gets results
/// alone.
/// </summary>
/// <param name="Out">Results.</param>
/// <param name="Error">Progress, notes and errors.</param>
/// <param name="Host">The machine.</param>
public sealed record Terminal(IAnsiConsole Out, IAnsiConsole Error, Host Host)
{
    /// <summary>The terminal or the pipes the program was started with.</summary>
    public static Terminal Standard()
    {
        return new Terminal(On(Console.Out, Console.IsOutputRedirected), On(Console.Error, Console.IsErrorRedirected), Host.Local);

        static IAnsiConsole On(TextWriter writer, bool redirected)
        {
            var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
            // A file has no edge to break lines at.
            if (redirected)
                console.Profile.Width = 160;
            return console;
        }
    }

    /// <summary>Whether the side of progress can draw over itself.</summary>
    public bool IsLive => Error.Profile.Out.IsTerminal && Error.Profile.Capabilities.Ansi;

    /// <summary>Where text goes that needs no markup.</summary>
    public TextWriter Writer => Out.Profile.Out.Writer;

    /// <summary>Prints a line about something the user should know.</summary>
    public void Note(string text)
    {
        // Beside a live table only the console itself knows where a line goes.
        if (IsLive)
            Error.MarkupLine($"[yellow]note:[/] {Markup.Escape(text)}");
        else
            Line("note", "yellow", text);
    }

    /// <summary>Prints the line about what went wrong.</summary>
    public void Fail(string text) => Line("error", "red", text);

    /// <summary>One line, however long: a message is not broken, so that it can be searched for and copied.</summary>
    private void Line(string kind, string colour, string text)
    {
        Error.Markup($"[{colour}]{kind}:[/] ");
        Error.Profile.Out.Writer.WriteLine(text.ReplaceLineEndings(" "));
    }
}
