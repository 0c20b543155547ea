using System.Text.RegularExpressions;
using EvalCore.Evaluation;
using EvalCore.Options;
using EvalCore.Remote.Tests.Servers;
using EvalCore.Rollout;

namespace EvalCore.Remote.Tests;

/// <summary>The server of docs/remote.md, run as the page has it.</summary>
public sealed partial class DocumentedServerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_pages_server_plays_PushT_with_the_pages_command()
    {
        string page = File.ReadAllText(Path.Combine(Goldens.Root, "docs", "remote.md"));
        string file = Path.Combine(_folder, "server.py");
        File.WriteAllText(file, Server().Match(page).Groups[1].Value);
        string command = Command().Match(page).Groups[1].Value;
        Assert.Contains("ws://localhost:8000", command, StringComparison.Ordinal);
        Assert.Contains("\"python3 server.py\"", command, StringComparison.Ordinal);

        // Another port, since other programs of this machine may use the page's; and the Python that has the packages.
        int port = PythonServer.FreePort();
        string[] tokens = [.. command.Split(' ', 3)];
        string[] flags =
        [
            tokens[0], tokens[1].Replace("8000", $"{port}", StringComparison.Ordinal),
            tokens[2].Replace("\"", "", StringComparison.Ordinal).Replace("python3 server.py", $"{Python.Path} {ShellWord.Quote(file)} {port}", StringComparison.Ordinal),
        ];
        var registry = new Registry().Add(new Benchmarks.PushT.PushTSuite()).Add(new RemotePolicies());
        var options = EvalOptions.Read([.. flags, "--eval.n_episodes=1", "--eval.n_episodes_to_render=0", $"--output_dir={_folder}/run"], registry);
        using var policy = options.Policy.Make(options.PolicyContext(_ => { }));
        Assert.Equal("to the middle", policy.Provenance["server_policy"]);
        using var run = new EvalRun(options.Env, policy, options.Rollout with { Given = options.ToJson() });
        var info = await run.PlayAll();
        Assert.Equal(300, Assert.Single(info.Episodes).Steps);
    }

    [GeneratedRegex("```python\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Server();

    [GeneratedRegex("\nevalcore (--env.type=pusht .*)\n")]
    private static partial Regex Command();
}
