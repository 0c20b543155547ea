using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using EvalCore.Environments;

namespace EvalCore.Isolation;

/// <summary>
/// The process of an environment: the program of the run, started again with an internal command. It has one environment or one
/// renderer at a time, and does what the process of the run tells it. It ends when that process ends, also where the simulator does
/// not return from a call.
/// </summary>
public static class IsolatedWorker
{
    /// <summary>The internal command. Its arguments are the file of the mailbox and the number of the process of the run.</summary>
    private const string Word = "isolated-environment";

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    /// <summary>Whether a program was started as the process of an environment.</summary>
    /// <param name="args">The program's arguments.</param>
    public static bool IsStartedBy(IReadOnlyList<string> args) => args is [Word, _, _];

    /// <summary>The arguments that start a program as the process of an environment.</summary>
    internal static string[] Arguments(string mailbox, string parent) => [Word, mailbox, parent];

    /// <summary>Plays until the process of the run ends.</summary>
    /// <param name="args">The program's arguments.</param>
    /// <param name="open">Opens the benchmark that a suite's flags describe: <c>type</c>, and the flags by their names.</param>
    /// <returns>The exit code.</returns>
    public static int Run(IReadOnlyList<string> args, Func<JsonObject, IBenchmark> open)
    {
        ArgumentNullException.ThrowIfNull(args);
        int parent = int.Parse(args[2], CultureInfo.InvariantCulture);

        // Signals of a terminal or a cluster are for the process of the run, which ends this one.
        PosixSignal[] signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];
        var ignored = signals.Select(signal => PosixSignalRegistration.Create(signal, context => context.Cancel = true)).ToList();
        using var watch = new Timer(_ => EndWith(parent), null, BetweenLooks, BetweenLooks);
        using var mailbox = new Mailbox(SharedMemory.Open(args[1]));
        using var input = Console.OpenStandardInput();
        using var output = Console.OpenStandardOutput();
        var play = new WorkerPlay(mailbox, open);
        for (long count = 1; mailbox.AwaitCommand(count, input); count++)
        {
            mailbox.HasFailed = false;
            try
            {
                play.Do();
            }
            catch (Exception e)
            {
                mailbox.Text = WorkerText.Of(e);
                mailbox.HasFailed = true;
            }

            mailbox.SendReply(count, output);
        }

        foreach (var registration in ignored)
            registration.Dispose();
        return 0;
    }

    /// <summary>Ends this process at once when the process of the run has ended.</summary>
    private static void EndWith(int parent)
    {
        if (ParentOf("/proc/self/stat") is { } now ? now == parent : Exists(parent))
            return;
        using var self = System.Diagnostics.Process.GetCurrentProcess();
        self.Kill();
    }

    /// <summary>The fourth field of the file; null where there is none. The name, the second, may have spaces and parentheses.</summary>
    private static int? ParentOf(string file)
    {
        try
        {
            string text = File.ReadAllText(file);
            return int.TryParse(text[(text.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], out int parent) ? parent : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    private static bool Exists(int process)
    {
        try
        {
            using var found = System.Diagnostics.Process.GetProcessById(process);
            return !found.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
