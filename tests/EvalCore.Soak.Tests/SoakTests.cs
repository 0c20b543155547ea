using System.Diagnostics;
using Benchmarks.Libero;
using Benchmarks.MetaWorld;
using Benchmarks.PushT;
using EvalCore.Environments;
using EvalCore.Policies;
using EvalCore.Recording;
using EvalCore.Records;
using EvalCore.Reports;
using EvalCore.Rollout;

namespace EvalCore.Soak.Tests;

/// <summary>
/// 20,000 episodes of all suites in one process, in 20 rounds of a run for each suite with everything that a run writes: memory, open
/// files, threads and temporary files of the second half of the rounds are those of the first. A project of its own: what the process
/// uses is measured.
/// </summary>
public sealed class SoakTests : IDisposable
{
    private const int Rounds = 20;

    /// <summary>Rounds until caches, pools and the compiler have what they keep.</summary>
    private const int WarmUp = 4;

    /// <summary>Of .NET's thread pool: the test's own and what the test platform uses. A worker that a run leaves blocked never ends.</summary>
    private const int MostIdleWorkers = 8;

    private const string TemporaryFolder = "TMPDIR";

    private readonly ITestOutputHelper _output;
    private readonly string? _before = Environment.GetEnvironmentVariable(TemporaryFolder);
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-soak-").FullName;

    /// <summary>Other programs use the machine's temporary folder, too.</summary>
    public SoakTests(ITestOutputHelper output)
    {
        _output = output;
        Environment.SetEnvironmentVariable(TemporaryFolder, Directory.CreateDirectory(Path.Combine(_folder, "temporary")).FullName);
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(TemporaryFolder, _before);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Twenty_thousand_episodes_in_one_process_leave_memory_handles_threads_and_temporary_files_as_they_were()
    {
        Assert.SkipUnless(LongRun.Is, "takes minutes; EVALCORE_LONG=1");
        Assert.SkipUnless(Directory.Exists("/proc/self/fd"), "reads /proc");
        Benchmarks.MetaWorld.Tests.Machine.NeedsImages();
        Benchmarks.Libero.Tests.Machine.NeedsLibero();
        long started = Stopwatch.GetTimestamp();
        var uses = new List<Use>();
        int episodes = 0;
        for (int round = 0; round < Rounds; round++)
        {
            string folder = Path.Combine(_folder, $"round{round}");
            episodes += await Play(new WalkConfig { Conditions = 2 }, new WalkPolicy(PolicyBatching.Batched), 250, 2, Path.Combine(folder, "walk"));
            episodes += await Play(new PushTConfig { ObsType = "environment_state_agent_pos" }, new FormulaPolicy(), 480, 1, Path.Combine(folder, "pusht"));
            episodes += await Play(new MetaWorldConfig { Task = round % 2 == 0 ? "reach-v3" : "drawer-close-v3" }, Expert(), 16, 1, Path.Combine(folder, "metaworld"));
            episodes += await Play(
                new LiberoConfig { Task = "libero_spatial", TaskIds = [round % 2], EpisodeLength = 10 }, new StillPolicy(), 4, 0, Path.Combine(folder, "libero"));
            Directory.Delete(folder, recursive: true);
            uses.Add(Use.Now());
            _output.WriteLine($"round {round}: {episodes} episodes, {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s, {uses[^1]}");
        }

        Assert.Equal(20_000, episodes);
        var (first, second) = (uses[WarmUp..(Rounds / 2)], uses[(Rounds / 2)..]);
        Assert.InRange(second.Max(use => use.Files), 0, first.Max(use => use.Files));
        Assert.InRange(second.Max(use => use.Threads), 0, first.Max(use => use.Threads) + 2);
        Assert.InRange(await IdleWorkers(), 0, MostIdleWorkers);
        Assert.InRange(second.Max(use => use.TemporaryFiles), 0, first.Max(use => use.TemporaryFiles));

        // Rises and falls by tens of MB, as pools keep arrays for a minute. 10,000 episodes that keep 3 kB each would show in the medians.
        Assert.InRange(Median(second), 0, Median(first) + 30);

        // 10,000 episodes that lose 1 kB each would show. Resident memory shows what glibc keeps, too, and is only printed.
        Assert.InRange(second.Max(use => use.NativeMB), 0, first.Max(use => use.NativeMB) + 10);
    }

    private static double Median(IReadOnlyList<Use> uses) => uses.Select(use => use.ManagedMB).Order().ElementAt(uses.Count / 2);

    /// <summary>Plays a run with all that it can write, and everything that is made of it.</summary>
    private static async Task<int> Play(EnvConfig env, IPolicy policy, int episodes, int videos, string folder)
    {
        using (policy)
        {
            using var run = new EvalRun(env, policy, new RolloutOptions
            {
                Eval = new EvalConfig { NEpisodes = episodes, BatchSize = 2, NEpisodesToRender = videos, Record = RecordedData.Steps },
                OutputDir = folder,
                StepFormat = new ParquetSteps(),
            });
            var info = await run.PlayAll();
            new RunReport(new ReportRun(folder, info, folder)).Save(Path.Combine(folder, RunReport.FileName));
            return info.Episodes.Count;
        }
    }

    /// <summary>
    /// Waits until the workers of .NET's thread pool that have nothing to do have ended, which they do after 20 s, and gives how many are left.
    /// While runs are played, their number is the pool's to choose: it rises when the machine does other work.
    /// </summary>
    private async Task<int> IdleWorkers()
    {
        for (int second = 0; second < 60 && ThreadPool.ThreadCount > MostIdleWorkers; second++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        }

        _output.WriteLine($"{ThreadPool.ThreadCount} workers of the thread pool afterwards");
        return ThreadPool.ThreadCount;
    }

    private static IPolicy Expert()
    {
        var env = new MetaWorldConfig();
        var config = new MetaWorldSuite().Policies[0].NewConfig("expert");
        return config.Make(PolicyContext.Of(env));
    }

    /// <summary>What the process uses after a full collection.</summary>
    private sealed record Use(double ResidentMB, double NativeMB, double ManagedMB, int Files, int Threads, int TemporaryFiles)
    {
        public static Use Now()
        {
            for (int i = 0; i < 3; i++)
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                GC.WaitForPendingFinalizers();
            }

            using var process = Process.GetCurrentProcess();
            return new Use(
                process.WorkingSet64 / 1e6, Benchmarks.MetaWorld.Tests.NativeHeap.InUse / 1e6, GC.GetTotalMemory(forceFullCollection: false) / 1e6, Directory.GetFileSystemEntries("/proc/self/fd").Length,
                Directory.GetDirectories("/proc/self/task").Count(IsNotOfThePool), Directory.GetFileSystemEntries(Path.GetTempPath()).Length);
        }

        private static bool IsNotOfThePool(string thread)
        {
            try
            {
                return File.ReadAllText(Path.Combine(thread, "comm")).Trim() != ".NET TP Worker";
            }
            catch (IOException)
            {
                // It has ended since.
                return false;
            }
        }

        public override string ToString() => FormattableString.Invariant($"{ResidentMB:0} MB resident, {NativeMB:0.0} MB of malloc's in use, {ManagedMB:0.0} MB managed, {Files} files, {Threads} threads beside the pool's, {TemporaryFiles} in the temporary folder");
    }

    /// <summary>A policy that does nothing.</summary>
    private sealed class StillPolicy : IPolicy
    {
        public string Type => "still";

        public IReadOnlyList<string> ObservationKeys => [];

        public IReadOnlyDictionary<string, string> Provenance { get; } = new Dictionary<string, string>();

        public IPolicySession NewSession(EpisodeSpec episode) => new Session();

        public void Dispose()
        {
        }

        private sealed class Session : IPolicySession
        {
            public bool NeedsObservation => false;

            public bool NeedsInference => false;

            public void Observe(Observation observation)
            {
            }

            public void Act(Span<double> action) => action.Clear();

            public void Dispose()
            {
            }
        }
    }
}
