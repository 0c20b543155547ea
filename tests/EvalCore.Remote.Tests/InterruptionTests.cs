using System.Text.Json.Nodes;
using EvalCore.Remote.Tests.Servers;
using EvalCore.Results;

namespace EvalCore.Remote.Tests;

/// <summary>Runs whose server is killed and started again, or is behind an unreliable network.</summary>
public sealed class InterruptionTests(ToyServers servers) : IClassFixture<ToyServers>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("openpi", true)]
    [InlineData("vla-eval", true)]
    [InlineData("openpi", false)]
    [InlineData("vla-eval", false)]
    public async Task A_run_whose_server_is_killed_twice_has_the_results_of_an_undisturbed_one(string protocol, bool isAsync)
    {
        using var server = PythonServer.Toy(ToyServers.Arguments(protocol));
        int steps = 0;
        Task restarting = Task.CompletedTask;
        var env = new WalkConfig
        {
            OnStep = () =>
            {
                if (Interlocked.Increment(ref steps) is not (120 or 380))
                    return;
                lock (server)
                {
                    restarting.Wait();
                    server.Kill();
                    restarting = Task.Run(server.Start);
                }
            },
        };
        var notes = new List<string>();
        string folder = Path.Combine(_folder, "run");
        var info = await WalkRuns.Play(server.Address, protocol, env: env, folder: folder, notes: notes, isAsync: isAsync);
        await restarting;

        var (_, undisturbed) = await servers.Of(protocol);
        Assert.Equal(20, undisturbed.Episodes.Count);
        Assert.Equal(WalkRuns.Results(undisturbed), WalkRuns.Results(info));
        Assert.Equal(20, info.Episodes.Select(episode => episode.Key).Distinct().Count());
        Assert.Contains(info.Episodes, episode => episode.Attempts > 1);
        Assert.Contains(notes, note => note.Contains("is played again from its initial state", StringComparison.Ordinal));

        // In the journal each episode is there once, with its attempts; those played once have none.
        string[] lines = [.. File.ReadLines(Path.Combine(folder, Journal.FileName)).Skip(1)];
        Assert.Equal(20, lines.Length);
        Assert.Equal(info.Episodes.Count(episode => episode.Attempts > 1), lines.Count(line => (int?)JsonNode.Parse(line)!["attempts"] > 1));
        Assert.Equal(info.Episodes.Count(episode => episode.Attempts is null), lines.Count(line => JsonNode.Parse(line)!["attempts"] is null));
        Assert.Equal(info.Episodes, EvalInfo.Load(Path.Combine(folder, EvalInfo.FileName)).Episodes);
    }

    [Theory]
    [InlineData("openpi", "delay")]
    [InlineData("openpi", "halve")]
    [InlineData("openpi", "repeat")]
    [InlineData("openpi", "late")]
    [InlineData("openpi", "cut")]
    [InlineData("openpi", "extra")]
    [InlineData("openpi", "mixed")]
    [InlineData("vla-eval", "delay")]
    [InlineData("vla-eval", "halve")]
    [InlineData("vla-eval", "repeat")]
    [InlineData("vla-eval", "late")]
    [InlineData("vla-eval", "cut")]
    [InlineData("vla-eval", "extra")]
    [InlineData("vla-eval", "mixed")]
    public async Task No_damaged_answer_is_played(string protocol, string fault)
    {
        var (server, undisturbed) = await servers.Of(protocol);
        using var relay = PythonServer.Run(
            PythonServer.Own("unreliable_relay.py"), ["--server", server.Address, "--fault", fault, "--share", "0.04", "--most", fault is "delay" ? "10" : "20"]);
        var info = await WalkRuns.Play(relay.Address, protocol, config => config.EpisodeAttempts = 50);
        Assert.Equal(WalkRuns.Results(undisturbed), WalkRuns.Results(info));

        // vla-eval's answers have numbers: one that comes twice or late is known.
        bool isHarmless = fault == "delay" || (protocol == "vla-eval" && fault is "repeat" or "late" or "extra");
        if (fault != "mixed")
            Assert.Equal(!isHarmless, info.Episodes.Any(episode => episode.Attempts > 1));
    }

    [Theory]
    [InlineData("openpi")]
    [InlineData("vla-eval")]
    public async Task An_answer_of_64_MiB_is_played(string protocol)
    {
        var (server, undisturbed) = await servers.Of(protocol);
        using var relay = PythonServer.Run(PythonServer.Own("unreliable_relay.py"), ["--server", server.Address, "--fault", "big", "--most", "2"]);
        var info = await WalkRuns.Play(relay.Address, protocol);
        Assert.Equal(WalkRuns.Results(undisturbed), WalkRuns.Results(info));
        Assert.DoesNotContain(info.Episodes, episode => episode.Attempts > 1);
    }

    [Fact]
    public async Task A_connection_that_is_reset_between_two_requests_is_made_again()
    {
        using var plain = PythonServer.Run(PythonServer.Own("odd_server.py"), ["--answer", "plain"]);
        using var server = PythonServer.Run(PythonServer.Own("odd_server.py"), ["--answer", "plain", "--reset-after", "[3, 5, 8, 12, 17, 23, 30]"]);
        var undisturbed = await WalkRuns.Play(plain.Address, "openpi");

        // One episode may have all seven resets.
        var info = await WalkRuns.Play(server.Address, "openpi", config => config.EpisodeAttempts = 8);
        Assert.Equal(WalkRuns.Results(undisturbed), WalkRuns.Results(info));
        Assert.Contains(info.Episodes, episode => episode.Attempts > 1);
    }

    [Fact]
    public async Task Equal_answers_of_a_server_with_round_times_are_its_own()
    {
        using var plain = PythonServer.Run(PythonServer.Own("odd_server.py"), ["--answer", "plain"]);
        using var server = PythonServer.Run(PythonServer.Own("odd_server.py"), ["--answer", "round-times"]);
        var undisturbed = await WalkRuns.Play(plain.Address, "openpi");
        var info = await WalkRuns.Play(server.Address, "openpi", batchSize: 1);
        Assert.Equal(WalkRuns.Results(undisturbed), WalkRuns.Results(info));
        Assert.Equal(2, Assert.Single(info.Episodes, episode => episode.Attempts is not null).Attempts);
    }

    [Fact]
    public async Task A_server_that_always_drops_the_connection_ends_the_run()
    {
        using var server = PythonServer.Toy("--action-dim", "1", "--fail-after", "30");
        string folder = Path.Combine(_folder, "run");
        var e = await Assert.ThrowsAsync<EvalCoreException>(() => WalkRuns.Play(server.Address, "openpi", folder: folder, batchSize: 1, configure: config => config.EpisodeAttempts = 3));
        Assert.Matches($@"^episode \d+ of left \(seed \d+\) was begun 3 times: {server.Address}: the connection ended$", e.Message);
    }

    [Fact]
    public async Task A_server_that_does_not_come_back_ends_the_run()
    {
        using var server = PythonServer.Toy("--action-dim", "1");
        int steps = 0;
        var env = new WalkConfig
        {
            OnStep = () =>
            {
                if (Interlocked.Increment(ref steps) == 100)
                    server.Kill();
            },
        };
        var e = await Assert.ThrowsAsync<EvalCoreException>(() => WalkRuns.Play(server.Address, "openpi", env: env, configure: config => config.ReconnectTimeout = 1));
        Assert.Contains("no server is there (connection refused): start it, or let --policy.serve_command start it; it was tried for 1 s (--policy.reconnect_timeout)", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_with_other_metadata_after_a_restart_ends_the_run()
    {
        using var server = PythonServer.Toy("--action-dim", "1", "--stateless");
        PythonServer? other = null;
        int steps = 0;
        var env = new WalkConfig
        {
            OnStep = () =>
            {
                if (Interlocked.Increment(ref steps) != 100)
                    return;
                server.Kill();
                other = PythonServer.Run(PythonServer.ToyPath, ["--action-dim", "1", "--metadata", "{\"policy\": \"another\"}", "--port", $"{server.Port}"]);
            },
        };
        var e = await Assert.ThrowsAsync<EvalCoreException>(() => WalkRuns.Play($"ws://127.0.0.1:{server.Port}", "openpi", env: env, batchSize: 1, configure: config => config.ReconnectTimeout = 5));
        other?.Dispose();
        Assert.Contains("other metadata than when the run began", e.Message, StringComparison.Ordinal);
    }
}
