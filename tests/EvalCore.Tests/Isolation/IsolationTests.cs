using System.Globalization;
using EvalCore.Isolation;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Rollout;

namespace EvalCore.Tests.Isolation;

/// <summary>Environments in processes of their own.</summary>
public sealed class IsolationTests : IDisposable
{
    private const int NEpisodes = 3;

    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;
    private readonly List<string> _notes = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(1, false, PolicyBatching.PerSession)]
    [InlineData(2, true, PolicyBatching.PerSession)]
    [InlineData(2, true, PolicyBatching.Batched)]
    [InlineData(2, false, PolicyBatching.Batched)]
    public async Task Episodes_are_those_of_the_same_process(int batchSize, bool isAsync, PolicyBatching batching)
    {
        var config = new FragileConfig { HasInitStates = true };
        var inProcess = await Play(config, IsolationMode.None, "in", batchSize, isAsync, batching, videos: batchSize == 1 ? NEpisodes : 0);
        var isolated = await Play(config, IsolationMode.Process, "out", batchSize, isAsync, batching, videos: batchSize == 1 ? NEpisodes : 0);
        Assert.Equal(Results(inProcess), Results(isolated));
        Assert.Contains(isolated.Episodes, episode => episode.Success);
        Assert.Equal(2, isolated.Episodes.Count(episode => episode.Warning == "the ground shakes"));
        Assert.Empty(isolated.Errors);
        Assert.All(batchSize == 1 ? isolated.Episodes : [], episode =>
        {
            Assert.NotNull(episode.VideoPath);
            Assert.Equal(File.ReadAllBytes(Path.Combine(_folder, "in", episode.VideoPath)), File.ReadAllBytes(Path.Combine(_folder, "out", episode.VideoPath)));
        });
        Assert.Equal("brush", (string?)isolated.Provenance!["machine"]!["renderer"]);
    }

    [Theory]
    [InlineData("SIGSEGV", "step", 7, "the simulator's process was ended by SIGSEGV in step 7")]
    [InlineData("SIGABRT", "reset", 0, "the simulator's process was ended by SIGABRT in its reset")]
    [InlineData("SIGKILL", "observe", 4, "the simulator's process was ended by SIGKILL in the observation after step 4")]
    [InlineData("exit", "snapshot", 3, "the simulator's process ended with exit code 7 in step 3")]
    [InlineData("SIGSEGV", "make", 0, "the simulator's process was ended by SIGSEGV in its start")]
    [InlineData("SIGSEGV", "warning", 0, "the simulator's process was ended by SIGSEGV in the end of the episode")]
    [InlineData("SIGSEGV", "conditions", 1, "the simulator's process was ended by SIGSEGV in step 1")]
    public async Task A_process_that_crashes_costs_an_attempt_and_no_result(string trouble, string at, int step, string reason)
    {
        var whole = await Play(new FragileConfig(), IsolationMode.None, "in");
        var played = await Play(Broken(trouble, at, step), IsolationMode.Process, "out", videos: at == "snapshot" ? NEpisodes : 0);
        Assert.Equal(Results(whole), Results(played).Select(episode => episode with { VideoPath = null }));
        Assert.Contains(played.Episodes, episode => episode.Progress is > 0 and < 1);
        Assert.Equal(2, Assert.Single(played.Episodes, episode => episode.Attempts is not null).Attempts);
        Assert.Equal($"{reason}; {(at == "make" ? "episode 0 of left (seed 1000)" : "episode 1 of left (seed 1001)")} is played again from its initial state (further ones are only in eval_info.json)", Assert.Single(_notes, IsOnAnAttempt));
    }

    [Theory]
    [InlineData("step", 7, "step 7")]
    [InlineData("reset", 0, "its reset")]
    [InlineData("observe", 0, "the observation after its reset")]
    [InlineData("snapshot", 0, "the state after its reset")]
    [InlineData("warning", 0, "the end of the episode")]
    public async Task A_process_that_hangs_costs_an_attempt_and_no_result(string at, int step, string where)
    {
        var whole = await Play(new FragileConfig(), IsolationMode.None, "in");
        var played = await Play(Broken("hang", at, step), IsolationMode.Process, "out", timeout: 1, videos: at == "snapshot" ? NEpisodes : 0);
        Assert.Equal(Results(whole), Results(played).Select(episode => episode with { VideoPath = null }));
        Assert.Contains(played.Episodes, episode => episode is { EpisodeIndex: 1, Task: "left", Attempts: 2 });
        Assert.StartsWith($"the simulator's process did not return from {where}; episode 1 of left", Assert.Single(_notes, IsOnAnAttempt), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_first_image_that_hangs_names_the_limit_on_renderers()
    {
        var config = Broken("hang", "observe", 0);
        config.Episode = 0;
        await Play(config, IsolationMode.Process, "out", timeout: 1);
        Assert.StartsWith("the simulator's process did not return from its first observation (--eval.max_renderers=N limits how many render at once); episode 0 of left", Assert.Single(_notes, IsOnAnAttempt), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_process_that_does_not_say_which_device_renders_costs_an_attempt_and_no_result(int batchSize)
    {
        var whole = await Play(new FragileConfig(), IsolationMode.None, "in");
        var config = Broken("hang", "device", 0);
        config.Episode = -1;
        var played = await Play(config, IsolationMode.Process, "out", batchSize, timeout: 1);
        Assert.Equal(Results(whole), Results(played));
        Assert.StartsWith("the simulator's process did not return from its first image; episode ", Assert.Single(_notes, IsOnAnAttempt), StringComparison.Ordinal);
        Assert.Equal("brush", (string?)played.Provenance!["machine"]!["renderer"]);
    }

    [Fact]
    public async Task A_process_that_does_not_close_its_environment_is_replaced()
    {
        var whole = await Play(new FragileConfig(), IsolationMode.None, "in");
        var config = Broken("hang", "close", 0);
        config.Episode = -1;
        var played = await Play(config, IsolationMode.Process, "out");
        Assert.Equal(Results(whole), Results(played));
        Assert.Single(Directory.GetFiles(config.Marks));
        Assert.DoesNotContain(_notes, IsOnAnAttempt);
        Assert.All(played.Episodes, episode => Assert.Null(episode.Attempts));
    }

    [Fact]
    public async Task The_renderer_of_a_video_that_crashes_is_replaced()
    {
        var whole = await Play(new FragileConfig(), IsolationMode.None, "in", videos: 1);
        var played = await Play(Broken("SIGSEGV", "frame", 0), IsolationMode.Process, "out", videos: 1);
        Assert.Equal(Results(whole), Results(played));
        Assert.All(played.Episodes.Where(episode => episode.EpisodeIndex == 0), episode => Assert.Equal(
            File.ReadAllBytes(Path.Combine(_folder, "in", episode.VideoPath!)), File.ReadAllBytes(Path.Combine(_folder, "out", episode.VideoPath!))));
    }

    [Fact]
    public async Task A_video_whose_renderer_breaks_down_each_time_is_given_up()
    {
        var config = new FragileConfig { Trouble = "SIGSEGV", At = "frame" };
        var played = await Play(config, IsolationMode.Process, "out", videos: 1);
        Assert.Equal(2 * NEpisodes, played.Episodes.Count);
        Assert.All(played.Episodes, episode => Assert.Equal(episode is { Task: "right", EpisodeIndex: 0 }, episode.VideoPath is not null));
        Assert.Contains("no video of episode", Assert.Single(_notes, note => note.Contains("SIGSEGV", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_episode_that_is_lost_three_times_in_the_same_way_is_an_error()
    {
        var whole = await Play(new FragileConfig(), IsolationMode.None, "in");
        var config = new FragileConfig { Trouble = "SIGSEGV", At = "step", Step = 9 };
        var played = await Play(config, IsolationMode.Process, "out");
        var error = Assert.Single(played.Errors);
        Assert.Equal(
            (("left", 1, 1001L), "the simulator's process was ended by SIGSEGV in step 9", 3, (int?)null),
            ((error.Task, error.EpisodeIndex, error.Seed ?? 0), error.Error, error.Attempts ?? 1, error.Steps));
        Assert.Equal(Results(whole).Where(episode => (episode.Task, episode.EpisodeIndex) != ("left", 1)), Results(played));
        Assert.Equal(2 * NEpisodes - 1, played.Overall.NEpisodes);
        Assert.Contains("episode 1 of left (seed 1001) could not be played: the simulator's process was ended by SIGSEGV in step 9, 3 times; it is an error, which counts neither as a failure nor as a success (further ones are only in eval_info.json)", _notes);

        var read = EvalInfo.Load(Path.Combine(_folder, "out", EvalInfo.FileName));
        Assert.Equal(played.Errors, read.Errors);
        Assert.Equal(played.Episodes, read.Episodes);
        string text = File.ReadAllText(Path.Combine(_folder, "out", EvalInfo.FileName));
        Assert.Equal(3, text.Split("\"n_errors\": 1").Length - 1);
        Assert.Equal(2, read.PerTask.Count);
    }

    [Fact]
    public async Task A_resumed_run_keeps_errors_and_plays_them_again_when_asked()
    {
        var config = Broken("SIGSEGV", "step", 9, times: 3);
        var whole = await Play(new FragileConfig(), IsolationMode.None, "in");
        Assert.Single((await Play(config, IsolationMode.Process, "out")).Errors);
        _notes.Clear();

        var kept = await Play(config, IsolationMode.Process, "out", resume: true);
        Assert.Single(kept.Errors);
        Assert.Contains("1 episode is kept as an error; --eval.retry_errors=true plays it again", _notes);

        var again = await Play(config, IsolationMode.Process, "out", resume: true, retryErrors: true);
        Assert.Empty(again.Errors);
        Assert.Equal(Results(whole), Results(again));
        Assert.Contains("1 episode is played again, which the run gave up as an error", _notes);

        var once = await Play(config, IsolationMode.Process, "out", resume: true);
        Assert.Equal(Results(whole), Results(once));
    }

    [Fact]
    public async Task Two_losses_are_not_an_error()
    {
        var config = Broken("SIGSEGV", "make", 0, times: 2);
        config.Episode = -1;
        var played = await Play(config, IsolationMode.Process, "out");
        Assert.Empty(played.Errors);
        Assert.Equal(3, played.Episodes.Max(episode => episode.Attempts));
    }

    [Fact]
    public async Task An_exception_of_the_suite_is_the_same_as_in_this_process()
    {
        var refused = await Assert.ThrowsAsync<EvalCoreException>(() => Play(Broken("refuse", "step", 3), IsolationMode.Process, "refused"));
        Assert.Equal("episode 1 of left (seed 1001): the leg is missing", refused.Message);
        var thrown = await Assert.ThrowsAsync<EvalCore.Environments.EnvironmentFailedException>(() => Play(Broken("throw", "reset", 0), IsolationMode.Process, "thrown"));
        Assert.Equal("InvalidOperationException: the leg is broken", thrown.Message);
        Assert.Contains("at EvalCore.Tests.Isolation.FragileBenchmark", thrown.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_action_that_is_not_finite_is_refused_at_its_step()
    {
        using var policy = new WalkPolicy(PolicyBatching.PerSession) { Bias = double.NaN };
        var e = await Assert.ThrowsAsync<EvalCoreException>(() => Run(new FragileConfig(), policy, IsolationMode.Process, "out").PlayAll());
        Assert.StartsWith("the policy's action 0 in episode", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Processes_are_used_again_and_end_with_the_run()
    {
        var before = Children();
        using var policy = NewPolicy();
        using (var run = Run(new FragileConfig(), policy, IsolationMode.Process, "out", batchSize: 2))
        {
            await run.PlayAll();

            // Two environments, and at most four renderers.
            Assert.InRange(Children().Except(before).Count(), 1, 6);
        }

        for (int i = 0; i < 100 && Children().Except(before).Any(); i++)
            await Task.Delay(50);
        Assert.Empty(Children().Except(before));
        Assert.Empty(SharedFiles());
    }

    [Fact]
    public void A_process_that_has_ended_leaves_no_descriptor()
    {
        const string Descriptors = "/proc/self/fd";
        Assert.SkipUnless(Directory.Exists(Descriptors), "Linux lists them");
        const int Processes = 100;
        int before = Directory.GetFileSystemEntries(Descriptors).Length;
        for (int i = 0; i < Processes; i++)
        {
            using var process = WorkerProcess.Start(new WorkerProgram("/bin/sh", ["-c", "exit 0"]));
        }

        // Each had two pipes. Other tests open files meanwhile.
        Assert.InRange(Directory.GetFileSystemEntries(Descriptors).Length - before, int.MinValue, Processes);
    }

    [Fact]
    public void A_program_that_cannot_be_started_again_says_so()
    {
        using var policy = NewPolicy();
        var options = new RolloutOptions { Eval = new EvalConfig { Isolation = IsolationMode.Process } };
        var e = Assert.Throws<EvalCoreException>(() => new EvalRun(new FragileConfig(), policy, options));
        Assert.Equal(
            "--eval.isolation=process: this program cannot be started again as the process of an environment; start it with EvalCoreApp.Run, or give --eval.isolation=none",
            e.Message);
    }

    [Fact]
    public async Task A_program_that_is_no_worker_is_named_with_what_it_says()
    {
        using var policy = NewPolicy();
        var options = new RolloutOptions
        {
            Eval = new EvalConfig { Isolation = IsolationMode.Process },
            Worker = new WorkerProgram("/bin/sh", ["-c", "echo no such command >&2; exit 3"]),
        };
        using var run = new EvalRun(new FragileConfig(), policy, options);
        var e = await Assert.ThrowsAsync<EvalCoreException>(run.PlayAll);
        Assert.Matches(@"^episode \d of left \(seed 100\d\): --eval.isolation=process: the process of an environment ended with exit code 3 before it began(: no such command)?$", e.Message);
    }

    [Fact]
    public async Task A_run_is_stopped_although_a_process_does_not_return()
    {
        using var policy = NewPolicy();
        var config = Broken("hang", "step", 2);
        using var run = Run(config, policy, IsolationMode.Process, "out");
        var playing = run.PlayAll();
        while (Directory.GetFiles(config.Marks).Length == 0)
            await Task.Delay(5);
        run.Stop(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => playing);
        Assert.Empty(run.Stuck);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task No_more_renderers_than_allowed_render_at_once(int most)
    {
        FragileBenchmark.MostObserving = 0;
        using var policy = NewPolicy();
        using var run = new EvalRun(new FragileConfig(), policy, new RolloutOptions { Eval = new EvalConfig { NEpisodes = 20, BatchSize = 6, MaxRenderers = most } });
        await run.PlayAll();
        Assert.InRange(FragileBenchmark.MostObserving, 1, most);
    }

    private static bool IsOnAnAttempt(string note) => note.Contains("is played again", StringComparison.Ordinal);

    private FragileConfig Broken(string trouble, string at, int step, int times = 1) =>
        new() { Trouble = trouble, At = at, Step = step, Times = times, Marks = Directory.CreateDirectory(Path.Combine(_folder, Path.GetRandomFileName())).FullName };

    private static WalkPolicy NewPolicy(PolicyBatching batching = PolicyBatching.PerSession) =>
        new(batching) { Bias = 0.1, ObservationKeys = ["observation.state", "observation.images.image"] };

    private static IEnumerable<EpisodeRecord> Results(EvalInfo info) =>
        info.Episodes.Select(episode => episode with { Timings = null, Attempts = null });

    private async Task<EvalInfo> Play(
        FragileConfig config, IsolationMode isolation, string folder, int batchSize = 1, bool isAsync = true, PolicyBatching batching = PolicyBatching.PerSession,
        double timeout = 0, bool resume = false, bool retryErrors = false, int videos = 0)
    {
        using var policy = NewPolicy(batching);
        using var run = Run(config, policy, isolation, folder, batchSize, isAsync, timeout, resume, retryErrors, videos);
        return await run.PlayAll();
    }

    private EvalRun Run(
        FragileConfig config, WalkPolicy policy, IsolationMode isolation, string folder, int batchSize = 1, bool isAsync = true, double timeout = 0,
        bool resume = false, bool retryErrors = false, int videos = 0) => new(
        config, policy,
        new RolloutOptions
        {
            Eval = new EvalConfig
            {
                NEpisodes = NEpisodes, BatchSize = batchSize, UseAsyncEnvs = isAsync, NEpisodesToRender = videos, Isolation = isolation, EpisodeTimeout = timeout,
                RetryErrors = retryErrors,
            },
            OutputDir = Path.Combine(_folder, folder),
            Resume = resume,
            Worker = TestWorker.Program,
        },
        note =>
        {
            lock (_notes)
                _notes.Add(note);
        });

    /// <summary>The processes of environments that this one has started.</summary>
    private static HashSet<int> Children() =>
    [
        .. Directory.GetDirectories("/proc").Select(path => int.TryParse(Path.GetFileName(path), out int process) ? process : 0).Where(process => process > 0 && ParentOf(process) == Environment.ProcessId),
    ];

    private static int ParentOf(int process)
    {
        try
        {
            string text = File.ReadAllText($"/proc/{process}/stat");
            string[] fields = text[(text.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            bool isWorker = File.ReadAllText($"/proc/{process}/cmdline").Contains("isolated-environment", StringComparison.Ordinal);
            return fields[0] == "Z" || !isWorker ? 0 : int.Parse(fields[1], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>Shared memory that is left, of this user's processes that have ended a while ago.</summary>
    private static IEnumerable<string> SharedFiles() =>
        Directory.Exists("/dev/shm") ? Directory.GetFiles("/dev/shm", "evalcore-*").Where(file => DateTime.UtcNow - File.GetLastWriteTimeUtc(file) > TimeSpan.FromMinutes(5)) : [];
}
