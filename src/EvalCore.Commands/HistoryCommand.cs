using System.CommandLine;
using System.Globalization;
using EvalCore.Commands.Display;
using EvalCore.Commands.Help;
using EvalCore.Evaluation;
using EvalCore.Files;
using EvalCore.History;
using EvalCore.Options;
using EvalCore.Results;

namespace EvalCore.Commands;

/// <summary><c>evalcore history</c>: runs over time, in one file.</summary>
internal static class HistoryCommand
{
    private const string Verbs = "add, list, plot or check";

    /// <summary>Makes the command.</summary>
    public static Command Create(Registry registry, Terminal terminal)
    {
        var command = new PagedCommand(
            "history",
            "Keep results over time in one file: list them, plot them, and flag a drop or a slowdown.",
            new HelpPage(
                "evalcore history add|list|plot|check [DIR...] [flags]",
                [
                    new("evalcore history add outputs/run --history=runs.db", "add a run; evalcore eval --history=runs.db does it after a run"),
                    new("evalcore history list --history=runs.db --suite=pusht --since=2026-01-01", "list runs"),
                    new("evalcore history plot --history=runs.db --output=history.svg", "success with intervals and time per episode over runs"),
                    new("evalcore history check --history=runs.db", "exit code 3 where the success rate dropped or the time grew"),
                ],
                _ =>
                [
                    new HelpSection("Arguments", [
                        new HelpRow("add DIR...", "output folders of runs, and reports of BenchmarkDotNet (*-report*.json, or folders with them)"),
                        new HelpRow("list", "a line for each entry"),
                        new HelpRow("plot", "success rates with 95 % intervals, and seconds per episode, as SVG"),
                        new HelpRow("check", "the last run of each suite and policy against an earlier one, and the last time against the earlier ones"),
                    ]),
                    new HelpSection("Flags", HelpRow.Of(new HistoryFlags()).Concat(HelpRow.Of(new HistoryCheckOptions()))),
                ],
                [
                    .. HelpPage.UsualExitCodes,
                    new("3", "check: a success rate dropped, or a time grew"),
                    new("4", "check: nothing could be compared"),
                ]))
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction(parsed => Run(parsed.UnmatchedTokens, registry, terminal));
        return command;
    }

    /// <summary>Checks, before a run, that it can be added to a history afterwards.</summary>
    /// <param name="file">The history; null for none.</param>
    /// <param name="registry">Has the format.</param>
    /// <exception cref="EvalCoreException">The file is of another version, or none of this format.</exception>
    public static void CheckFile(string? file, Registry registry)
    {
        if (file is null)
            return;
        var format = Format(registry);
        if (Path.Exists(file))
            format.Open(file, create: false).Dispose();
        else if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder && !Directory.Exists(folder))
            throw new EvalCoreException($"--history: {file}: there is no folder {folder}; make it, or name another file");
    }

    /// <summary>Adds a finished run to a history. What fails is noted: the run has its result.</summary>
    /// <param name="file">The history.</param>
    /// <param name="folder">The run's output folder.</param>
    /// <param name="registry">Has the format.</param>
    /// <param name="terminal">Receives the note.</param>
    public static void Record(string file, string folder, Registry registry, Terminal terminal)
    {
        try
        {
            using var history = Format(registry).Open(file, create: true);
            history.Add([HistoryEntry.Of(Path.GetFullPath(folder), EvalInfo.Load(RunFolder.FileOf(folder)))]);
        }
        catch (EvalCoreException e)
        {
            terminal.Note($"the run is not in the history ({e.Message}); later: {terminal.Program} history add {ShellWord.Quote(folder)} --history={ShellWord.Quote(file)}");
        }
    }

    /// <summary>The format of histories.</summary>
    private static IHistoryFormat Format(Registry registry) =>
        registry.HistoryFormat ?? throw new EvalCoreException("--history: this program keeps no history; add SqliteHistory of the package EvalCore.Records to its registry");

    private static int Run(IReadOnlyList<string> tokens, Registry registry, Terminal terminal)
    {
        var flags = new HistoryFlags();
        var check = new HistoryCheckOptions();
        var (arguments, given) = Operands.Split(tokens, flags, check);
        var set = new OptionSet(given);
        IReadOnlyList<string> named = [.. set.Bind(flags), .. set.Bind(check)];
        set.Finish("history");
        if (arguments.Count == 0 || arguments[0] is not ("add" or "list" or "plot" or "check"))
            throw new EvalCoreException($"evalcore history{(arguments.Count == 0 ? "" : $" {EvalCoreException.Printable(arguments[0])}")}: expected {Verbs}");
        if (arguments[0] != "add" && arguments.Count > 1)
            throw new EvalCoreException($"history {arguments[0]}: unexpected '{arguments[1]}'; the history is named by --history=FILE");
        HistoryFlags.Validate(arguments[0], named);
        check.Validate();
        string file = flags.History ?? terminal.Host.Variable("EVALCORE_HISTORY") ?? "";
        if (file.Length == 0)
            throw new EvalCoreException("--history is missing: name the file with --history=FILE, or by the variable EVALCORE_HISTORY");
        if (arguments[0] == "add")
            return Add([.. arguments.Skip(1).Select(HomeFolder.Expand)], file, flags, registry, terminal);
        using var history = Format(registry).Open(file, create: false);
        var all = history.Entries();
        var entries = Filter(all, flags);
        if (entries.Count == 0)
            throw new EvalCoreException(all.Count == 0 ? $"--history: {file} has no entry; add runs with evalcore history add DIR..." : $"--history: none of the {all.Count} entries of {file} has these properties");
        return arguments[0] switch
        {
            "list" => List(entries, terminal),
            "plot" => Plot(entries, flags.Output, terminal),
            _ => Check(entries, history, check, terminal),
        };
    }

    private static int Add(IReadOnlyList<string> paths, string file, HistoryFlags flags, Registry registry, Terminal terminal)
    {
        if (paths.Count == 0)
            throw new EvalCoreException("history add: no run is named; name output folders: evalcore history add DIR...");
        var entries = paths.SelectMany(path => EntriesOf(path, flags.Commit)).ToList();
        if (flags.Commit is not null && entries.Count > 0 && entries.All(entry => entry.Kind == HistoryKind.Run))
            throw new EvalCoreException("--commit: has no effect with history add of runs, which record their own, only of benchmarks; omit the flag");
        using var history = Format(registry).Open(file, create: true);
        int added = history.Add(entries);
        string there = added < entries.Count ? $", {entries.Count - added} there already" : "";
        terminal.Writer.WriteLine($"{added} {(added == 1 ? "entry" : "entries")} added to {file}{there}");
        return ExitCode.Success;
    }

    /// <summary>The entries of a run's folder, of a report of BenchmarkDotNet, or of a folder with such reports.</summary>
    private static IReadOnlyList<HistoryEntry> EntriesOf(string path, string? commit)
    {
        if (File.Exists(path) && BenchmarkReport.IsNamed(path))
            return BenchmarkReport.Read(path, commit);
        if (Directory.Exists(path) && !File.Exists(RunFolder.FileOf(path)) && Reports(path) is { Count: > 0 } reports)
            return [.. reports.SelectMany(report => BenchmarkReport.Read(report, commit))];
        string folder = Directory.Exists(path) || !File.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!;
        return [HistoryEntry.Of(Path.GetFullPath(folder), EvalInfo.Load(RunFolder.FileOf(path)))];
    }

    private static List<string> Reports(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories).Where(BenchmarkReport.IsNamed).Order(StringComparer.Ordinal)];

    private static IReadOnlyList<HistoryEntry> Filter(IReadOnlyList<HistoryEntry> entries, HistoryFlags flags)
    {
        DateTimeOffset? since = flags.Since is not { } date ? null
            : DateTimeOffset.TryParse(date, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var parsed) ? parsed
            : throw new EvalCoreException($"--since: '{date}' is not a date, for example 2026-01-31");
        return
        [
            .. entries.Where(entry => (flags.Suite is not { } suite || entry.Suite.Split(',').Contains(suite))
                && (flags.Policy is not { } policy || entry.Policy.Contains(policy, StringComparison.Ordinal))
                && (since is not { } from || entry.FinishedAt >= from)
                && (flags.Commit is not { } commit || entry.Commit.StartsWith(commit, StringComparison.OrdinalIgnoreCase))),
        ];
    }

    private static int List(IReadOnlyList<HistoryEntry> entries, Terminal terminal)
    {
        HistoryTable.Write(entries, terminal.Writer);
        return ExitCode.Success;
    }

    private static int Plot(IReadOnlyList<HistoryEntry> entries, string path, Terminal terminal)
    {
        HistoryPlot.Save(OutputFile.Of("--output", HomeFolder.Expand(path), "an SVG file", ".svg"), entries);
        terminal.Writer.WriteLine($"plot: {path}");
        return ExitCode.Success;
    }

    private static int Check(IReadOnlyList<HistoryEntry> entries, IRunHistory history, HistoryCheckOptions options, Terminal terminal)
    {
        var findings = HistoryCheck.Of(entries, history.ResultOf, options);
        foreach (var finding in findings)
            terminal.Writer.WriteLine(EvalCoreException.Printable(finding.Text));
        int bad = findings.Count(finding => finding.IsBad);
        int compared = findings.Count(finding => finding.IsCompared);
        terminal.Writer.WriteLine(
            bad > 0 ? $"{bad} of {findings.Count} flagged"
            : compared == 0 && findings.Count > 0 ? "nothing could be compared: no entry has earlier ones of the same suite, policy and machine"
            : compared < findings.Count ? $"nothing is flagged; {compared} of {findings.Count} could be compared"
            : "nothing is flagged");
        return bad > 0 ? ExitCode.GateFailed : compared == 0 && findings.Count > 0 ? ExitCode.Undecided : ExitCode.Success;
    }
}
