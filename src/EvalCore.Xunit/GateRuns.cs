using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using EvalCore.Environments;
using EvalCore.Evaluation;
using EvalCore.Gates;
using EvalCore.Reports;
using EvalCore.Results;
using Xunit;
using Xunit.Sdk;

namespace EvalCore.Xunit;

/// <summary>The evaluations of a test run: one per suite, started when the first test case awaits an episode of it.</summary>
public sealed class GateRuns : IDisposable
{
    private static readonly Lazy<IReadOnlyList<SuiteGate>> Gates = new(Read);
    private static Registry s_registry = new();

    private static readonly List<(string Line, string File)> Lines = [];
    private static readonly ConcurrentDictionary<string, GatePolicy> Policies = new();
    private static readonly HashSet<string> NotStarted = [];

    private readonly Lazy<string> _folder = new(NewFolder);

    private readonly ConcurrentDictionary<string, Lazy<GateRun>> _runs = new();

    /// <summary>The suites of which a case has failed because their evaluation does not start.</summary>
    private readonly ConcurrentDictionary<string, byte> _failed = new();

    /// <summary>The suites that a policy is configured for.</summary>
    /// <exception cref="EvalCoreException">A setting is invalid; the message names it.</exception>
    public static IReadOnlyList<SuiteGate> Configured => Gates.Value;

    /// <summary>
    /// The suites and sources of policies; <see cref="GateProgram"/> sets them before any setting is read.
    /// </summary>
    internal static Registry Registry
    {
        get => s_registry;
        set => s_registry = value;
    }

    /// <summary>The filter of the test run.</summary>
    internal static TestFilter Filter { get; set; } = TestFilter.Of([]);

    /// <summary>A line on each gate of the run that has ended and those of its notes, each with the file of the gate's results.</summary>
    internal static IReadOnlyList<(string Line, string File)> Results => Lines;

    /// <summary>
    /// The gates whose cases are listed one by one. A gate whose policy is known not to start has one case, which fails with the
    /// reason.
    /// </summary>
    internal static IEnumerable<SuiteGate> Playable => Configured.Where(gate => !NotStarted.Contains(gate.Options.Env.Type));

    /// <summary>Starts the policies of gates before their cases are listed.</summary>
    internal static void StartPolicies(IEnumerable<SuiteGate> gates)
    {
        foreach (var gate in gates)
        {
            if (!PolicyOf(gate).Starts())
                NotStarted.Add(gate.Options.Env.Type);
        }
    }

    private static GatePolicy PolicyOf(SuiteGate gate) => Policies.GetOrAdd(gate.Options.Env.Type, _ => new GatePolicy(gate, Registry));

    /// <summary>The gate of a suite.</summary>
    public static SuiteGate GateOf(string suite) => Configured.First(gate => gate.Options.Env.Type == suite);

    /// <summary>The folder of a suite's videos and results.</summary>
    public string FolderOf(string suite) => Path.Combine(_folder.Value, suite);

    /// <summary>Plays an episode. It is played once, even when several cases await it.</summary>
    public async Task<EpisodeRecord> Play(string suite, string group, string task, int index)
    {
        var gate = GateOf(suite);
        return await RunOf(suite).Play(TasksOf(gate, group, task).Single().Episode(index, gate.Options.Seed)).ConfigureAwait(false);
    }

    /// <summary>Plays all episodes of a task, of a group of tasks when the task is null, or of the suite.</summary>
    public async Task<EpisodeRecord[]> PlayAll(string suite, string? group = null, string? task = null)
    {
        var gate = GateOf(suite);
        var run = RunOf(suite);
        return await Task.WhenAll(
            from one in TasksOf(gate, @group, task)
            from index in Enumerable.Range(0, gate.Options.Eval.NEpisodes)
            select run.Run.Play(one.Episode(index, gate.Options.Seed))).ConfigureAwait(false);
    }

    /// <summary>
    /// What the episodes of a suite that have ended show of the policy's inputs and actions, one line each: the notes of
    /// <c>evalcore eval</c>.
    /// </summary>
    internal IReadOnlyList<string> NotesOn(string suite) => DiagnosticNotes.Of(RunOf(suite).Run.Complete());

    private static IEnumerable<EnvTask> TasksOf(SuiteGate gate, string? group, string? task) =>
        gate.Tasks.Where(one => (group is null || one.Group == group) && (task is null || one.Name == task));

    /// <summary>Writes the result of each suite, and a merged <c>eval_info.json</c>.</summary>
    public void Dispose()
    {
        var folders = new List<string>();
        foreach (var (suite, lazy) in _runs.Where(run => run.Value.IsValueCreated).OrderBy(run => run.Key, StringComparer.Ordinal))
        {
            var (run, gate) = (lazy.Value.Run, lazy.Value.Gate);
            if (lazy.Value is { StopsEarly: true, NothingPlayed: { } reason } && GateOf(suite).BaselineFile is { } baseline)
                Lines.Add(($"{suite}: {(lazy.Value.NotComparable.Count > 0 ? "the gate is not comparable" : "the gate holds")}, nothing was played: {reason}", baseline));

            // Without a finished episode there is no result; each case has reported the reason.
            if (run.Progress.Finished > 0)
            {
                var info = run.Complete();
                folders.Add(FolderOf(suite));
                string file = Path.Combine(FolderOf(suite), EvalInfo.FileName);
                Lines.Add((GateOf(suite).Summary(info, gate), file));
                if (GateOf(suite).Options.Report)
                    Report(info, FolderOf(suite), gate);
                Lines.AddRange(DiagnosticNotes.Of(info).Select(note => ($"{suite}: note: {note}", file)));
            }

            run.Dispose();
        }

        foreach (var policy in Policies.Values)
            policy.Dispose();
        if (folders.Count > 0)
        {
            string merged = Path.Combine(_folder.Value, EvalInfo.FileName);
            Merge.Folders(folders).Save(merged);
            TestContext.Current.SendDiagnosticMessage("results: {0}", merged);
        }
    }

    /// <summary>Writes the report of a suite. No gate fails because of it.</summary>
    private static void Report(EvalInfo info, string folder, Gate gate)
    {
        try
        {
            var run = ReportRun.Of(folder, info, folder, Registry.StepFormat);
            ((gate as BaselineGate)?.ReportOn(run) ?? new RunReport(run)).Save(Path.Combine(folder, RunReport.FileName));
        }
        catch (EvalCoreException e)
        {
            TestContext.Current.SendDiagnosticMessage("{0}", e.Message);
        }
#pragma warning disable CA1031 // The result is written; the command that is named has the details.
        catch (Exception)
#pragma warning restore CA1031
        {
            TestContext.Current.SendDiagnosticMessage("{0} could not be made; evalcore report {1} gives the details", RunReport.FileName, folder);
        }
    }

    private static List<SuiteGate> Read()
    {
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "");
        // The file that people edit, and where they look for results, before a copy beside the program.
        string[] folders = OtherTests.ProjectFolder is { } project ? [project, AppContext.BaseDirectory] : [AppContext.BaseDirectory];
        var settings = RunSettings.Load(folders, Registry.EnvTypes, environment);
        return [.. Registry.EnvTypes.Select(suite => SuiteGate.Read(suite, settings, Registry)).OfType<SuiteGate>()];
    }

    /// <summary>A folder that no other test run uses, also when one began in the same second.</summary>
    private static string NewFolder() => OutputFolder.CreateNew(Path.Combine(
        Configured[0].Options.OutputDir, DateTime.Now.ToString("yyyy-MM-dd/HH-mm-ss", CultureInfo.InvariantCulture)));

    /// <summary>
    /// The evaluation of a suite. Where it does not start, because its policy is damaged for example, one case fails with the
    /// reason, and the others are skipped.
    /// </summary>
    internal GateRun RunOf(string suite)
    {
        try
        {
            return Start(suite);
        }
        catch (Exception) when (!_failed.TryAdd(suite, 0))
        {
            throw SkipException.ForSkip($"the gate of {suite} did not start: one of its cases fails with the reason");
        }
    }

    private GateRun Start(string suite) => _runs.GetOrAdd(suite, name => new(() =>
    {
        var gate = GateOf(name);
        var policy = PolicyOf(gate);
        void Warn(string line) => TestContext.Current.AddWarning(line);
        var made = policy.Policy;
        foreach (string note in gate.Options.Notes.Concat(policy.Notes))
            Warn(note);
        return new GateRun(gate, made, FolderOf(name), Filter.SelectsWhole(name), Warn);
    })).Value;
}
