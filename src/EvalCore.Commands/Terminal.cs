using System.Text;
using System.Text.RegularExpressions;
using EvalCore.Options;
using Microsoft.Win32.SafeHandles;
using Spectre.Console;

namespace EvalCore.Commands;

/// <summary>
/// The program's output: results go to standard output; progress, notes and errors go to standard error, so that a pipe
/// receives only results.
/// </summary>
/// <param name="Out">Standard output: results.</param>
/// <param name="Error">Standard error: progress, notes and errors.</param>
/// <param name="Host">The machine.</param>
public sealed partial record Terminal(IAnsiConsole Out, IAnsiConsole Error, Host Host)
{
    private const string Tool = "evalcore";

    /// <summary>What a user types to start the program, for messages and examples.</summary>
    public string Program { get; init; } = Tool;

    /// <summary>The terminal or the pipes the program was started with.</summary>
    public static Terminal Standard()
    {
        return new Terminal(
            On(new AnsiConsoleOutput(Console.Out), output => output, Console.IsOutputRedirected),
            On(new AnsiConsoleOutput(Console.Error), output => new BestEffortOutput(output), Console.IsErrorRedirected),
            Host.Local)
        {
            Program = Started(Environment.ProcessPath ?? "evalcore", Environment.GetCommandLineArgs()[0], Environment.CurrentDirectory, Host.Local.Variable("PATH") ?? ""),
            EndProcess = Interrupts.EndProcess,
        };

        static IAnsiConsole On(IAnsiConsoleOutput output, Func<IAnsiConsoleOutput, IAnsiConsoleOutput> wrap, bool redirected)
        {
            // What a terminal can do is detected from the system's own stream.
            var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = output });
            console.Profile.Out = wrap(output);
            // A file or pipe has no width: no name is broken.
            if (redirected)
                console.Profile.Width = 1000;
            return console;
        }
    }

    /// <summary>
    /// The command that starts the running program again from the current folder: its name if the shell finds it by
    /// that, else its path. So a line that says how to go on can be copied, also for a program of <c>dotnet run</c>.
    /// </summary>
    /// <param name="process">The executable of the process.</param>
    /// <param name="assembly">The program's assembly, for an executable that is <c>dotnet</c>.</param>
    /// <param name="folder">The current folder.</param>
    /// <param name="path">The variable <c>PATH</c>.</param>
    internal static string Started(string process, string assembly, string folder, string path)
    {
        string name = Path.GetFileNameWithoutExtension(process);
        if (name == "dotnet")
            return $"dotnet {Short(assembly)}";
        string[] folders = path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        if (folders.Contains(Path.GetDirectoryName(process)))
            return name;

        // A .NET tool's command is a link to the program.
        return folders.Any(folder => IsLink(Path.Combine(folder, Tool))) ? Tool : Short(process);

        bool IsLink(string file)
        {
            try
            {
                return new FileInfo(file).ResolveLinkTarget(returnFinalTarget: true)?.FullName == process;
            }
            catch (Exception e) when (EvalCoreException.IsFileError(e))
            {
                return false;
            }
        }

        string Short(string file)
        {
            string relative = Path.GetRelativePath(folder, file);
            string shown = relative.StartsWith("..", StringComparison.Ordinal) ? file : relative.Contains('/', StringComparison.Ordinal) ? relative : $"./{relative}";
            return ShellWord.Quote(shown);
        }
    }

    /// <summary>
    /// Ends the process at once, with an exit code, where a thread is stuck in a call that does not return. Does nothing in
    /// a test.
    /// </summary>
    internal Action<int> EndProcess { get; init; } = _ => { };

    /// <summary>Whether standard error is a terminal on which the progress can be updated in place.</summary>
    public bool IsLive => Error.Profile.Out.IsTerminal && Error.Profile.Capabilities.Ansi;

    /// <summary>The writer of results without markup.</summary>
    public TextWriter Writer => Out.Profile.Out.Writer;

    /// <summary>
    /// Opens standard output for much data: written in blocks, and with an exception where the reader of the pipe has gone, which the
    /// console's own stream ignores. A test's writer is returned as it is. It is flushed, not closed.
    /// </summary>
    internal TextWriter OpenData()
    {
        if (!ReferenceEquals(Writer, Console.Out) || !OperatingSystem.IsLinux())
            return Writer;

        // In a file a FileStream would write from a position of its own, over what other programs of a script write.
        var pipe = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return new StreamWriter(pipe.CanSeek ? Console.OpenStandardOutput() : pipe, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 1 << 16);
    }

    /// <summary>Whether the reader of a pipe has gone.</summary>
    internal static bool IsClosedPipe(IOException e)
    {
        // EPIPE.
        const int BrokenPipe = 32;
        return OperatingSystem.IsLinux() && e.HResult == BrokenPipe;
    }

    /// <summary>Prints a note for the user.</summary>
    public void Note(string message)
    {
        // During a live display only the console can insert a line.
        if (IsLive)
            Error.MarkupLine($"[yellow]note:[/] {Markup.Escape(OneLine(message))}");
        else
            Line("note", "yellow", message);
    }

    /// <summary>Prints an error.</summary>
    public void Fail(string message) => Line("error", "red", message);

    /// <summary>
    /// Writes one line without wrapping, so that a message can be searched for and copied. Threads that make videos have notes
    /// too: lines do not mix.
    /// </summary>
    private void Line(string kind, string colour, string message)
    {
        lock (Error)
        {
            Error.Markup($"[{colour}]{kind}:[/] ");
            Error.Profile.Out.Writer.WriteLine(OneLine(message));
        }
    }

    /// <summary>A message may quote a file: a control character of it could change what the terminal shows.</summary>
    private string OneLine(string message) => EvalCoreException.Printable(Named(message).ReplaceLineEndings(" "));

    /// <summary>A message of the library, which writes <c>evalcore list</c>, with the program's own name.</summary>
    private string Named(string message) => Program == "evalcore" ? message : Command().Replace(message, Program);

    [GeneratedRegex(@"\bevalcore(?= (eval|list|replay|infer|merge|shards|slurm|k8s|compare|gate|plan|report|video|verify|query|history|assets|doctor|--help)\b)")]
    private static partial Regex Command();
}
