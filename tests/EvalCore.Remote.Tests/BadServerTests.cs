using System.Net;
using System.Net.Sockets;
using System.Text;
using EvalCore.Evaluation;
using EvalCore.Remote.Tests.Servers;

namespace EvalCore.Remote.Tests;

/// <summary>Servers and flags that are wrong: one clear line each.</summary>
public sealed class BadServerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void No_server()
    {
        int port = PythonServer.FreePort();
        Assert.Equal(
            $"--policy.path=ws://127.0.0.1:{port}: no server is there (connection refused): start it, or let --policy.serve_command start it",
            Refused($"ws://127.0.0.1:{port}"));
    }

    [Fact]
    public void A_server_of_the_other_protocol_is_named()
    {
        using var openpi = PythonServer.Toy("--action-dim", "1");
        using var vlaEval = PythonServer.Toy("--action-dim", "1", "--protocol", "vla-eval");
        Assert.Equal($"--policy.path={openpi.Address}: the server speaks openpi's protocol: give --policy.protocol=openpi", Refused(openpi.Address, "vla-eval"));
        Assert.Equal($"--policy.path={vlaEval.Address}: the server speaks vla-eval's protocol: give --policy.protocol=vla-eval", Refused(vlaEval.Address));
    }

    [Fact]
    public void A_server_that_wants_a_key()
    {
        using var server = PythonServer.Toy("--action-dim", "1", "--api-key", "secret-123");
        Assert.Equal(
            $"--policy.path={server.Address}: the server wants a key (401): set EVALCORE_POLICY_API_KEY, or give --policy.api_key", Refused(server.Address));
        Assert.Equal(
            $"--policy.path={server.Address}: the server refuses the key (401) of EVALCORE_POLICY_API_KEY or --policy.api_key",
            Refused(server.Address, configure: config => config.ApiKey = "secret-12"));
        using var policy = WalkRuns.Make(server.Address, "openpi", new WalkConfig(), config => config.ApiKey = "secret-123");
        Assert.DoesNotContain("secret", string.Join(' ', policy.Provenance.Values), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "an HTTP server is there, which serves no WebSocket (it answered 200): give the address of a policy server")]
    [InlineData("HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n", "an HTTP server is there, which serves no WebSocket (it answered 426): give the address of a policy server")]
    [InlineData("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", "the server wants a key (403): set EVALCORE_POLICY_API_KEY, or give --policy.api_key")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", "what is there is no WebSocket server")]
    [InlineData("", "the server closed the connection before it answered")]
    public async Task Something_that_is_no_WebSocket_server(string answer, string line)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Task.Run(async () =>
        {
            // An HTTP client asks again where its connection ends without an answer.
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
                await client.GetStream().ReadAtLeastAsync(new byte[4096], 16, throwOnEndOfStream: false);
                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(answer));
            }
        });
        string address = $"ws://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        Assert.Equal($"--policy.path={address}: {line}", Refused(address));
        listener.Stop();
        await serving.ContinueWith(done => done.Exception, TaskScheduler.Default);
    }

    [Fact]
    public void A_server_that_accepts_and_never_answers()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        string address = $"ws://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        Assert.Equal(
            $"--policy.path={address}: the server did not answer within 0.5 s (--policy.connect_timeout)", Refused(address, configure: config => config.ConnectTimeout = 0.5));
    }

    [Theory]
    [InlineData("openpi")]
    [InlineData("vla-eval")]
    public async Task A_policy_that_never_answers_ends_in_the_time_outs_line(string protocol)
    {
        using var server = PythonServer.Toy("--action-dim", "1", "--protocol", protocol, "--delay-ms", "100000");
        var e = await Assert.ThrowsAsync<EvalCoreException>(() => WalkRuns.Play(server.Address, protocol, config => (config.AnswerTimeout, config.FirstAnswerTimeout) = (0.3, 0.5)));
        Assert.Matches(
            $@"^episode \d of \w+ \(seed \d+\): {server.Address}: the policy server did not answer within 0\.5 s: give more time with --policy\.first_answer_timeout, or look at the server$",
            e.Message);
    }

    [Theory]
    [InlineData("openpi")]
    [InlineData("vla-eval")]
    public async Task An_error_of_the_policy_ends_the_run_with_its_last_line(string protocol)
    {
        using var server = PythonServer.Toy("--action-dim", "1", "--protocol", protocol, "--error-after", "7");
        string folder = Path.Combine(_folder, "run");
        Directory.CreateDirectory(folder);
        var e = await Assert.ThrowsAsync<EvalCoreException>(() => WalkRuns.Play(server.Address, protocol, folder: folder));
        string file = Path.Combine(folder, "policy_server_errors.txt");
        Assert.EndsWith($"RuntimeError: toy policy error, asked for by --error-after (its whole report: {file})", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
        if (protocol == "openpi")
            Assert.Contains("Traceback (most recent call last)", File.ReadAllText(file), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_episode_that_the_server_cannot_start_ends_the_run()
    {
        using var server = PythonServer.Toy("--action-dim", "1", "--protocol", "vla-eval", "--fail-start");
        var e = await Assert.ThrowsAsync<EvalCoreException>(() => WalkRuns.Play(server.Address, "vla-eval"));
        Assert.Contains("the policy server reports an error: episode_start_failed: RuntimeError: asked for by --fail-start", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_action_dimension_that_the_server_states_is_compared()
    {
        using var server = PythonServer.Toy();
        Assert.Equal(
            $"{server.Address}: the policy server states actions of 7 numbers, and those of walk have 1: it serves a policy for something else", Refused(server.Address));
    }

    [Theory]
    [InlineData("wrong-shape", "the policy server's 'actions' have the shape (10, 3); expected (1,) or (n, 1)")]
    [InlineData("three-dimensions", "the policy server's 'actions' have the shape (1, 10, 1); expected (1,) or (n, 1)")]
    [InlineData("nan", "the policy server's action 1 has the number NaN at place 0: look at its normalisation statistics")]
    [InlineData("no-actions", "the policy server's answer has no 'actions' (it has only action_chunk)")]
    [InlineData("null", "the policy server's answer has no 'actions' (it is null)")]
    [InlineData("no-map", "the server sent a damaged message: no map")]
    [InlineData("text", "the policy server reports an error: something is wrong")]
    [InlineData("short", "the policy server's chunk has 1 actions, and 2 are to be played before the next request: give --policy.n_action_steps=1")]
    [InlineData("strings", "the policy server's 'actions' cannot be read: an array of type '<U2' in place of numbers")]
    public async Task An_answer_that_cannot_be_played(string answer, string line)
    {
        using var server = PythonServer.Run(PythonServer.Own("odd_server.py"), ["--answer", answer]);
        var e = await Assert.ThrowsAsync<EvalCoreException>(() => WalkRuns.Play(server.Address, "openpi", config => config.EpisodeAttempts = 2));
        Assert.Contains(line, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public async Task An_action_that_the_simulator_refuses()
    {
        using var server = PythonServer.Run(PythonServer.Own("odd_server.py"), ["--answer", "plain"]);
        var env = new WalkConfig { OnStep = () => throw new ArgumentException("The action (1E+308) is too far away.") };
        var e = await Assert.ThrowsAsync<EvalCoreException>(() => WalkRuns.Play(server.Address, "openpi", env: env, batchSize: 1));
        Assert.StartsWith("the policy's action 0 in episode 0 of ", e.Message, StringComparison.Ordinal);
        Assert.EndsWith(": The action (1E+308) is too far away", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("other-form")]
    [InlineData("msgpack-numpy")]
    [InlineData("lists")]
    [InlineData("big-endian")]
    [InlineData("float64")]
    [InlineData("one-action")]
    public async Task Actions_in_another_form_are_played(string answer)
    {
        using var server = PythonServer.Run(PythonServer.Own("odd_server.py"), ["--answer", answer]);
        using var plain = PythonServer.Run(PythonServer.Own("odd_server.py"), ["--answer", "plain"]);
        var expected = await WalkRuns.Play(plain.Address, "openpi", config => config.NActionSteps = 1);
        Assert.Equal(WalkRuns.Results(expected), WalkRuns.Results(await WalkRuns.Play(server.Address, "openpi", config => config.NActionSteps = 1)));
    }

    [Theory]
    [InlineData("ws://", "--policy.path: 'ws://' is not the address of a server: give ws://HOST:PORT or wss://HOST:PORT")]
    [InlineData("ws://host:99999", "--policy.path: 'ws://host:99999' is not the address of a server: give ws://HOST:PORT or wss://HOST:PORT")]
    [InlineData("ws://user:secret@host:8000", "--policy.path: the address has a password or a key, and an address is written to the results: set EVALCORE_POLICY_API_KEY, or leave it out")]
    [InlineData("wss://host/?access_token=secret", "--policy.path: the address has a password or a key, and an address is written to the results: set EVALCORE_POLICY_API_KEY, or leave it out")]
    [InlineData("http://localhost:8000", "--policy.path: 'http://localhost:8000' is no address of a policy server: give ws://localhost:8000")]
    [InlineData("https://localhost", "--policy.path: 'https://localhost' is no address of a policy server: give wss://localhost")]
    public void An_address_that_is_none(string path, string line)
    {
        var e = Assert.Throws<EvalCoreException>(() => EvalOptions.Read(["--env.type=walk", $"--policy.path={path}"], Registry()));
        Assert.Equal(line, e.Message);
    }

    [Theory]
    [InlineData("--policy.protocol=grpc", "--policy.protocol: 'grpc' is not one of openpi, vla-eval")]
    [InlineData("--policy.serve_command= ", "--policy.serve_command is empty: give the command that starts the server, or leave it out")]
    [InlineData("--policy.answer_timeout=0", "--policy.answer_timeout: '0' is not a number, 0.001 to 86400")]
    public void A_flag_that_is_wrong(string flag, string line)
    {
        var e = Assert.Throws<EvalCoreException>(() => EvalOptions.Read(["--env.type=walk", "--policy.path=ws://localhost:8000", flag], Registry()));
        Assert.Equal(line, e.Message);
    }

    [Fact]
    public void The_key_is_in_no_file()
    {
        var options = EvalOptions.Read(["--env.type=walk", "--policy.path=ws://localhost:8000", "--policy.api_key=secret-123", "--policy.n_action_steps=3"], Registry());
        string json = options.ToJson().ToJsonString();
        Assert.Contains("ws://localhost:8000", json, StringComparison.Ordinal);
        Assert.Contains("n_action_steps", json, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-123", json, StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_key_of_something_that_is_not_observed()
    {
        using var server = PythonServer.Toy("--action-dim", "1");
        Assert.Equal(
            "--policy.request_keys: the environment has no 'observation.stat'; did you mean 'observation.state'? (it has observation.state, task)",
            Refused(server.Address, configure: config => config.RequestKeys = new Dictionary<string, string> { ["state"] = "observation.stat" }));
    }

    private static Registry Registry() => new Registry().Add(new WalkSuite()).Add(new RemotePolicies());

    private static string Refused(string address, string protocol = "openpi", Action<RemoteConfig>? configure = null)
    {
        var e = Assert.Throws<EvalCoreException>(() => WalkRuns.Make(address, protocol, new WalkConfig(), configure));
        Assert.DoesNotContain('\n', e.Message);
        return e.Message;
    }
}
