using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using EvalCore.Evaluation;
using EvalCore.Gates;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Rollout;
using Xunit;

namespace EvalCore.Xunit;

/// <summary>The evaluations of a test run: one per suite, started when the first test case awaits an episode of it.</summary>
public sealed class GateRuns : IDisposable
{
    private static readonly Lazy<IReadOnlyList<SuiteGate>> Gates = new(Read);
    private static Registry s_registry = new();

    private static readonly List<(string Line, string File)> Lines = [];

    private readonly string _folder = NewFolder();

    private readonly ConcurrentDictionary<string, Lazy<(EvalRun Run, IPolicy Policy)>> _runs = new();

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

    /// <summary>A line on each gate of the run that has ended, and the file of its results.</summary>
    internal static IReadOnlyList<(string Line, string File)> Results => Lines;

    /// <summary>The gate of a suite.</summary>
    public static SuiteGate GateOf(string suite) => Configured.First(gate => gate.Options.Env.Type == suite);

    /// <summary>The folder of a suite's videos and results.</summary>
    public string FolderOf(string suite) => Path.Combine(_folder, suite);

    /// <summary>Plays an episode. It is played once, even when several cases await it.</summary>
    public Task<EpisodeRecord> Play(string suite, string group, string task, int index)
    {
        var run = RunOf(suite);
        return run.Play(run.Episodes.First(
            episode => episode.Task.Group == group && episode.Task.Name == task && episode.Index == index));
    }

    /// <summary>Plays all episodes of a task, or of the suite when the group and the task are null.</summary>
    public Task<EpisodeRecord[]> PlayAll(string suite, string? group, string? task)
    {
        var run = RunOf(suite);
        return Task.WhenAll(run.Episodes
            .Where(episode => task is null || (episode.Task.Group == group && episode.Task.Name == task))
            .Select(run.Play));
    }

    /// <summary>Writes the result of each suite, and a merged <c>eval_info.json</c>.</summary>
    public void Dispose()
    {
        var folders = new List<string>();
        foreach (var (suite, lazy) in _runs.Where(run => run.Value.IsValueCreated).OrderBy(run => run.Key, StringComparer.Ordinal))
        {
            var (run, policy) = lazy.Value;

            // Without a finished episode there is no result; each case has reported the reason.
            if (run.Progress.Finished > 0)
            {
                var info = run.Complete();
                folders.Add(FolderOf(suite));
                Lines.Add((GateOf(suite).Summary(info.Episodes), Path.Combine(FolderOf(suite), EvalInfo.FileName)));
            }

            run.Dispose();
            policy.Dispose();
        }

        if (folders.Count > 0)
        {
            string merged = Path.Combine(_folder, EvalInfo.FileName);
            Merge.Folders(folders).Save(merged);
            TestContext.Current.SendDiagnosticMessage("results: {0}", merged);
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
    private static string NewFolder()
    {
        if (Configured.Count == 0)
            return "";
        string folder = Path.Combine(Configured[0].Options.OutputDir, DateTime.Now.ToString("yyyy-MM-dd/HH-mm-ss", CultureInfo.InvariantCulture));
        string numbered = folder;
        for (int i = 2; Path.Exists(numbered); i++)
            numbered = $"{folder}-{i}";
        return numbered;
    }

    private EvalRun RunOf(string suite) => _runs.GetOrAdd(suite, name => new(() =>
    {
        var options = GateOf(name).Options;
        void Warn(string line) => TestContext.Current.AddWarning(line);
        foreach (string note in options.Notes)
            Warn(note);
        var policy = options.Policy.Make(options.PolicyContext(Warn));
        try
        {
            var run = new EvalRun(
                options.Env, policy, options.Rollout with { OutputDir = FolderOf(name), Given = options.ToJson() }, Warn);
            return (run, policy);
        }
        catch
        {
            policy.Dispose();
            throw;
        }
    })).Value.Run;
}
