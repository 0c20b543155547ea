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
/// files, threads and temporary files are afterwards what they were after the first rounds. Both are measured at rest: how many workers
/// .NET's thread pool has, and how many arrays each keeps, is the pool's to choose while runs are played. A project of its own: what the
/// process uses is measured.
/// </summary>
public sealed class SoakTests : IDisposable
{
    private const int Rounds = 20;

    /// <summary>Rounds until caches, pools and the compiler have what they keep.</summary>
    private const int WarmUp = 4;

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
        int episodes = 0;
        for (int round = 0; round < WarmUp; round++)
        {
            episodes += await Play(round);
        }

        var before = await AtRest();
        for (int round = WarmUp; round < Rounds; round++)
        {
            episodes += await Play(round);
        }

        var after = await AtRest();
        Assert.Equal(20_000, episodes);
        Assert.InRange(after.Files, 0, before.Files);
        Assert.InRange(after.TemporaryFiles, 0, before.TemporaryFiles);

        // The runtime's own threads, the pool's last workers among them, come and go.
        Assert.InRange(after.Threads, 0, before.Threads + 4);

        // 16,000 episodes that lose 0.3 kB each would show. Resident memory shows what glibc keeps, too, and is only printed.
        Assert.InRange(after.ManagedMB, 0, before.ManagedMB + 5);
        Assert.InRange(after.NativeMB, 0, before.NativeMB + 5);
    }

    /// <summary>
    /// What the process uses when the workers of the thread pool that have nothing to do have ended (after 20 s), and the shared pools of
    /// arrays have given back what was not asked for: they look at each full collection, and keep an array for half a minute.
    /// </summary>
    private async Task<Use> AtRest()
    {
        for (int wait = 0; wait < 8; wait++)
        {
            _ = Use.Now();
            await Task.Delay(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        }

        var use = Use.Now();
        _output.WriteLine($"at rest: {use}");
        return use;
    }

    /// <summary>Plays a run of each suite, and gives the number of its episodes.</summary>
    private async Task<int> Play(int round)
    {
        string folder = Path.Combine(_folder, $"round{round}");
        int episodes = 0;
        episodes += await Play(new WalkConfig { Conditions = 2 }, new WalkPolicy(PolicyBatching.Batched), 250, 2, Path.Combine(folder, "walk"));
        episodes += await Play(new PushTConfig { ObsType = "environment_state_agent_pos" }, new FormulaPolicy(), 480, 1, Path.Combine(folder, "pusht"));
        episodes += await Play(new MetaWorldConfig { Task = round % 2 == 0 ? "reach-v3" : "drawer-close-v3" }, Expert(), 16, 1, Path.Combine(folder, "metaworld"));
        episodes += await Play(
            new LiberoConfig { Task = "libero_spatial", TaskIds = [round % 2], EpisodeLength = 10 }, new StillPolicy(), 4, 0, Path.Combine(folder, "libero"));
        Directory.Delete(folder, recursive: true);
        _output.WriteLine($"round {round}: {Use.Now()}");
        return episodes;
    }

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
                Directory.GetDirectories("/proc/self/task").Length, Directory.GetFileSystemEntries(Path.GetTempPath()).Length);
        }

        public override string ToString() => FormattableString.Invariant($"{ResidentMB:0} MB resident, {NativeMB:0.0} MB of malloc's in use, {ManagedMB:0.0} MB managed, {Files} files, {Threads} threads, {TemporaryFiles} in the temporary folder");
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
