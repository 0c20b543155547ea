using EvalCore.Options;
using EvalCore.Remote.Connections;
using EvalCore.Remote.Tests.Servers;

namespace EvalCore.Remote.Tests;

/// <summary><c>--policy.serve_command</c>.</summary>
public sealed class ServeCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_server_is_started_with_the_run_and_stopped_with_it()
    {
        int port = PythonServer.FreePort();
        string address = $"ws://127.0.0.1:{port}";
        string command = $"{ShellWord.Quote(Python.Path)} {ShellWord.Quote(PythonServer.ToyPath)} --action-dim 1 --stateless --port {port}";
        var info = await WalkRuns.Play(address, "openpi", config => config.ServeCommand = command);
        Assert.Equal(20, info.Episodes.Count);
        Assert.True(await StopsListening(address));
    }

    [Fact]
    public void A_server_that_ends_is_reported_with_its_last_lines()
    {
        int port = PythonServer.FreePort();
        var e = Assert.Throws<EvalCoreException>(() => WalkRuns.Make(
            $"ws://127.0.0.1:{port}", "openpi", new WalkConfig(), config => config.ServeCommand = "echo loading; echo no such checkpoint >&2; exit 3"));
        Assert.StartsWith("--policy.serve_command: the server did not start: it ended with exit code 3; its last lines: ", e.Message, StringComparison.Ordinal);
        Assert.Contains("loading | no such checkpoint", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_does_not_listen_in_time_is_stopped()
    {
        int port = PythonServer.FreePort();
        var e = Assert.Throws<EvalCoreException>(() => WalkRuns.Make(
            $"ws://127.0.0.1:{port}", "openpi", new WalkConfig(), config => (config.ServeCommand, config.ServeTimeout) = ($"echo $$ > {_folder}/pid; echo loading; exec sleep 100", 1.5)));
        Assert.StartsWith($"--policy.serve_command: the server did not answer at ws://127.0.0.1:{port} within 1.5 s (--policy.serve_timeout); it still runs; its last lines: loading", e.Message, StringComparison.Ordinal);
        AssertGone(int.Parse(File.ReadAllText(Path.Combine(_folder, "pid")), System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void A_port_that_is_taken_is_noticed()
    {
        using var server = PythonServer.Toy("--action-dim", "1");
        var e = Assert.Throws<EvalCoreException>(() => WalkRuns.Make(server.Address, "openpi", new WalkConfig(), config => config.ServeCommand = "sleep 100"));
        Assert.StartsWith($"--policy.serve_command: something listens at {server.Address} already", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_server_started_is_stopped_too()
    {
        string pids = Path.Combine(_folder, "pids");
        using (ServerProcess.Start($"sleep 100 & echo $! > {pids}.new; sleep 100 & echo $! >> {pids}.new; mv {pids}.new {pids}; wait"))
            SpinWait.SpinUntil(() => File.Exists(pids), TimeSpan.FromMinutes(1));
        Assert.All(File.ReadAllLines(pids), pid => AssertGone(int.Parse(pid, System.Globalization.CultureInfo.InvariantCulture)));
    }

    /// <summary>A process that has ended may wait for its parent to take note of it.</summary>
    private static void AssertGone(int pid) => Assert.True(
        SpinWait.SpinUntil(() => !Directory.Exists($"/proc/{pid}") || File.ReadAllText($"/proc/{pid}/stat").Contains(") Z", StringComparison.Ordinal), TimeSpan.FromMinutes(1)));

    /// <summary>A kernel may close the port of an ended process a moment later.</summary>
    private static async Task<bool> StopsListening(string address)
    {
        using var connector = new Connector(new Uri(address), "openpi", null, TimeSpan.FromSeconds(1), TimeProvider.System);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (await connector.IsListening(CancellationToken.None))
        {
            if (clock.Elapsed > TimeSpan.FromSeconds(20))
                return false;
            await Task.Delay(50);
        }

        return true;
    }
}
