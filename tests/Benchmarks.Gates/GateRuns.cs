using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using EvalCore;
using EvalCore.Cli;
using EvalCore.Gates;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Rollout;

[assembly: AssemblyFixture(typeof(Benchmarks.Gates.GateRuns))]

namespace Benchmarks.Gates;

/// <summary>The evaluations of this test run: one per suite, begun when the first case awaits an episode of it.</summary>
public sealed class GateRuns : IDisposable
{
    private static readonly Lazy<IReadOnlyList<SuiteGate>> Gates = new(Read);

    private readonly string _folder = Path.Combine(
        Configured.Count == 0 ? "" : Configured[0].Options.OutputDir, DateTime.Now.ToString("yyyy-MM-dd/HH-mm-ss", CultureInfo.InvariantCulture));

    private readonly ConcurrentDictionary<string, Lazy<(EvalRun Run, IPolicy Policy)>> _runs = new();

    /// <summary>The suites a policy is configured for.</summary>
    /// <exception cref="EvalCoreException">The settings are wrong; the message says where.</exception>
    public static IReadOnlyList<SuiteGate> Configured => Gates.Value;

    /// <summary>Where a suite's videos and results are.</summary>
    public string FolderOf(string suite) => Path.Combine(_folder, suite);

    /// <summary>Plays an episode, once however many cases await it.</summary>
    public Task<EpisodeRecord> Play(string suite, string group, string task, int index)
    {
        var run = RunOf(suite);
        return run.Play(run.Episodes.First(
            episode => episode.Task.Group == group && episode.Task.Name == task && episode.Index == index));
    }

    /// <summary>Plays all episodes of a task in its group, or with nulls of the suite.</summary>
    public Task<EpisodeRecord[]> PlayAll(string suite, string? group, string? task)
    {
        var run = RunOf(suite);
        return Task.WhenAll(run.Episodes
            .Where(episode => task is null || (episode.Task.Group == group && episode.Task.Name == task))
            .Select(run.Play));
    }

    /// <summary>Writes each suite's result and, of all together, one <c>eval_info.json</c>.</summary>
    public void Dispose()
    {
        var folders = new List<string>();
        foreach (var (suite, lazy) in _runs.Where(run => run.Value.IsValueCreated).OrderBy(run => run.Key, StringComparer.Ordinal))
        {
            var (run, policy) = lazy.Value;
            run.Dispose();
            policy.Dispose();

            // Where no episode could be played each case has said why; there is no result.
            if (run.Progress.Finished == 0)
                continue;
            run.Complete();
            folders.Add(FolderOf(suite));
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
        var registry = Suites.Registry();
        var settings = RunSettings.Load(AppContext.BaseDirectory, registry.EnvTypes, environment);
        return [.. registry.EnvTypes.Select(suite => SuiteGate.Read(suite, settings, registry)).OfType<SuiteGate>()];
    }

    private EvalRun RunOf(string suite) => _runs.GetOrAdd(suite, name => new(() =>
    {
        var options = Configured.First(gate => gate.Options.Env.Type == name).Options;
        void Warn(string line) => TestContext.Current.AddWarning(line);
        var policy = Suites.Registry().MakePolicy(options.Policy, options.Env, Warn);
        var run = new EvalRun(
            options.Env, policy, EvalRunOptions.Of(options) with { OutputDir = FolderOf(name) }, Warn);
        return (run, policy);
    })).Value.Run;
}
