using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using EvalCore.Commands;
using EvalCore.Remote;
using EvalCore.Results;

namespace EvalCore.Cli.Tests.Security;

/// <summary>What another person's result can make the program do: docs/security.md, "Results and journals".</summary>
public sealed class ForeignResultTests : IDisposable
{
    private readonly CommandLine _line = new() { Policies = [new RemotePolicies()] };

    public void Dispose() => _line.Dispose();

    private string Run => _line.In("run");

    private string Info => Path.Combine(Run, EvalInfo.FileName);

    [Theory]
    [InlineData("verify")]
    [InlineData("video", "--all")]
    public async Task A_command_of_a_result_is_not_run(string command, params string[] flags)
    {
        await Play();
        string proof = _line.In("proof");
        SetPolicy(new JsonObject { ["path"] = "ws://127.0.0.1:1", ["serve_command"] = $"touch {proof}" });
        Assert.Equal(ExitCode.BadInput, await _line.Run([command, Run, .. flags]));
        Assert.StartsWith(
            $"error: {command}: {Run} names a command that starts its policy's server, and the command of a result is not run; give yours with --policy.serve_command, or null where the server runs",
            _line.Error.Lines[^1], StringComparison.Ordinal);
        Assert.False(File.Exists(proof));
    }

    [Theory]
    [InlineData("verify")]
    [InlineData("video", "--all")]
    public async Task No_server_is_connected_to_because_a_result_names_it(string command, params string[] flags)
    {
        await Play();
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        string address = $"ws://127.0.0.1:{((IPEndPoint)server.LocalEndpoint).Port}";
        SetPolicy(new JsonObject { ["path"] = address, ["connect_timeout"] = 0.2 });
        Assert.Equal(ExitCode.BadInput, await _line.Run([command, Run, .. flags]));
        Assert.StartsWith(
            $"error: {command}: the policy of {Run} is behind a server, and no server is connected to because a result names it; give --policy.path={address} if you trust it",
            _line.Error.Lines[^1], StringComparison.Ordinal);
        Assert.False(server.Pending());

        // The user names it, and it is connected to.
        Assert.Equal(ExitCode.BadInput, await _line.Run([command, Run, $"--policy.path={address}", .. flags]));
        Assert.Contains($"--policy.path={address}: the server did not answer within 0.2 s", _line.Error.Lines[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("compare", "RUN", "RUN")]
    [InlineData("report", "RUN")]
    [InlineData("plan", "--run=RUN")]
    [InlineData("query", "select * from episodes", "RUN")]
    [InlineData("merge", "RUN", "-o", "MERGED")]
    [InlineData("history", "add", "RUN", "--history=DB")]
    public async Task Commands_that_only_read_a_result_start_nothing_and_connect_to_nothing(params string[] args)
    {
        await Play();
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        string proof = _line.In("proof");
        SetPolicy(new JsonObject { ["path"] = $"ws://127.0.0.1:{((IPEndPoint)server.LocalEndpoint).Port}", ["serve_command"] = $"touch {proof}" });
        int code = await _line.Run([.. args.Select(arg => arg.Replace("RUN", Run, StringComparison.Ordinal).Replace("MERGED", _line.In("merged"), StringComparison.Ordinal).Replace("DB", _line.In("runs.db"), StringComparison.Ordinal))]);
        Assert.True(code is 0 or ExitCode.Undecided, _line.Error.Output);
        Assert.False(File.Exists(proof));
        Assert.False(server.Pending());
    }

    [Theory]
    [InlineData("compare", "RUN", "RUN")]
    [InlineData("verify", "RUN")]
    [InlineData("report", "RUN")]
    public async Task A_result_of_many_levels_is_refused_in_one_line(params string[] args)
    {
        await Play();
        string deep = string.Concat(Enumerable.Repeat("[", 100_000)) + string.Concat(Enumerable.Repeat("]", 100_000));
        Edit(text => text.Replace("\"provenance\": {", $"\"provenance\": {{\"deep\": {deep},", StringComparison.Ordinal));
        await Refused([.. args.Select(arg => arg.Replace("RUN", Run, StringComparison.Ordinal))]);
        Assert.Contains($"{Info}: is not an eval_info.json (", _line.Error.Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_result_or_a_journal_of_many_gigabytes_is_refused_before_it_is_read()
    {
        await Play();
        foreach (string file in (string[])[Info, Path.Combine(Run, Journal.FileName)])
        {
            // A sparse file: it takes no room on the disk.
            using var huge = new FileStream(file, FileMode.Open);
            huge.SetLength(5L << 30);
        }

        long before = GC.GetTotalAllocatedBytes();
        await Refused("compare", Run, Run);
        Assert.EndsWith("eval_info.json: is not an eval_info.json (it has 5368709120 bytes, more than 512 MiB)", _line.Error.Lines[^1], StringComparison.Ordinal);
        await Refused("eval", $"--resume={Run}");
        Assert.EndsWith("journal.jsonl is no journal (it has 5368709120 bytes, more than 512 MiB)", _line.Error.Lines[^1], StringComparison.Ordinal);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 100 << 20);
    }

    [Fact]
    public async Task A_journal_line_of_many_levels_is_refused_in_one_line()
    {
        await Play();
        string journal = Path.Combine(Run, Journal.FileName);
        string[] lines = File.ReadAllLines(journal);
        lines[0] = $"{{\"identity\":{string.Concat(Enumerable.Repeat("[", 100_000))}{string.Concat(Enumerable.Repeat("]", 100_000))},\"options\":{{}}}}";
        File.WriteAllLines(journal, lines);
        await Refused("eval", $"--resume={Run}");
        Assert.Contains("journal.jsonl is damaged: its first line does not contain the run's identity", _line.Error.Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_written_where_a_result_says_its_videos_are()
    {
        await Play("--eval.record=steps");
        string outside = _line.In("outside.mp4");
        var json = JsonNode.Parse(File.ReadAllText(Info))!;
        foreach (var task in json["per_task"]!.AsArray())
        {
            foreach (var episode in task!["episodes"]!.AsArray())
                episode!["video_path"] = "../outside.mp4";
        }

        File.WriteAllText(Info, json.ToJsonString());
        string[] before = Directory.GetFiles(_line.Folder);
        Assert.Equal(0, await _line.Run("video", Run, "--all", "--overwrite"));
        Assert.False(File.Exists(outside));
        Assert.Equal(before, Directory.GetFiles(_line.Folder));
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(Run, "videos"), "*", SearchOption.AllDirectories));
    }

    /// <summary>A report links a video outside its folder, and contains nothing of the file; a file of another kind is not even linked.</summary>
    [Theory]
    [InlineData("../secret.png", true)]
    [InlineData("../secret.txt", false)]
    [InlineData("javascript:alert(1)//x.png", false)]
    [InlineData("http://127.0.0.1/x.png", false)]
    public async Task A_report_contains_no_file_that_a_result_names(string path, bool isLinked)
    {
        await Play();
        File.WriteAllText(_line.In("secret.png"), "the secret of this machine");
        File.WriteAllText(_line.In("secret.txt"), "the secret of this machine");
        Edit(text => text.Replace("\"video_path\": null", $"\"video_path\": \"{path}\"", StringComparison.Ordinal));
        Assert.Equal(0, await _line.Run("report", Run));
        string page = File.ReadAllText(Path.Combine(Run, "report.html"));
        Assert.DoesNotContain("the secret of this machine", page, StringComparison.Ordinal);
        Assert.Equal(isLinked, page.Contains("src=\"../secret.png\"", StringComparison.Ordinal));
        Assert.DoesNotContain("src=\"javascript:", page, StringComparison.Ordinal);
        Assert.DoesNotContain("src=\"http", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("compare", "RUN", "RUN")]
    [InlineData("compare", "RUN", "RUN", "--format=markdown")]
    [InlineData("verify", "RUN", "--fraction=1")]
    [InlineData("merge", "RUN", "-o", "MERGED")]
    [InlineData("query", "select task from episodes", "RUN")]
    [InlineData("query", "select task from episodes", "RUN", "--format=csv")]
    public async Task Control_characters_do_not_reach_the_terminal(params string[] args)
    {
        const string Title = "\\u001b]0;owned\\u0007\\u001b[2J\\u009b2J";
        string[] words = [.. args.Select(arg => arg.Replace("RUN", Run, StringComparison.Ordinal).Replace("MERGED", _line.In("merged"), StringComparison.Ordinal))];
        await Play();
        string honest = File.ReadAllText(Info);
        Edit(text => text.Replace("\"task\": \"left\"", $"\"task\": \"{Title}\"", StringComparison.Ordinal));
        await Refused(words);
        Assert.EndsWith("eval_info.json: is not an eval_info.json (the name of a task or a video has a control character)", _line.Error.Lines[^1], StringComparison.Ordinal);
        foreach (string value in (string[])["\"type\": \"walker\"", "\"gain\": \"1\"", "\"walk\": \"1.0\"", $"\"output_dir\": \"{Run}\"", "\"evalcore\": \""])
        {
            File.WriteAllText(Info, honest);
            Edit(text => text.Replace(value, value.EndsWith(": \"", StringComparison.Ordinal) ? value + Title : $"{value[..^1]}{Title}\"", StringComparison.Ordinal));
            await _line.Run(words);
        }

        string shown = _line.Out.Output + _line.Error.Output;
        Assert.DoesNotContain(shown, letter => char.IsControl(letter) && letter is not ('\n' or '\r'));
    }

    /// <summary>A value of another type than this program writes, in a run and in a part of a merged result, is no unexpected error.</summary>
    [Theory]
    [InlineData("compare", "RUN", "RUN")]
    [InlineData("history", "add", "RUN", "--history=DB")]
    [InlineData("merge", "RUN", "-o", "MERGED")]
    [InlineData("query", "select * from runs, episodes", "RUN")]
    public async Task A_provenance_with_other_types_is_read_or_refused_in_one_line(params string[] args)
    {
        await Play();
        string[] words = [.. args.Select(arg => arg.Replace("RUN", Run, StringComparison.Ordinal).Replace("MERGED", _line.In("merged"), StringComparison.Ordinal).Replace("DB", _line.In("runs.db"), StringComparison.Ordinal))];
        string honest = File.ReadAllText(Info);
        Directory.CreateDirectory(_line.In("merged"));
        var failures = new List<string>();
        foreach (string key in (string[])["env", "policy", "options", "machine", "shard", "merged"])
        {
            foreach (string value in (string[])["\"x\"", "[]", """{"type": 5, "policy": "x", "eval": 5}"""])
            {
                foreach (bool isMerged in (bool[])[false, true])
                {
                    var json = JsonNode.Parse(honest)!;
                    var changed = json["provenance"]!.DeepClone();
                    changed[key] = JsonNode.Parse(value);
                    if (isMerged)
                        json["provenance"]!["merged"] = new JsonArray(json["provenance"]!.DeepClone(), changed);
                    else
                        json["provenance"] = changed;
                    File.WriteAllText(Info, json.ToJsonString());
                    File.Delete(_line.In("merged", EvalInfo.FileName));
                    int before = _line.Error.Lines.Count;
                    int code = await _line.Run(words);
                    string error = string.Join('\n', _line.Error.Lines.Skip(before));
                    if (code == ExitCode.Failure || code == ExitCode.BadInput && error.Split('\n').Count(line => line.StartsWith("error: ", StringComparison.Ordinal)) != 1)
                        failures.Add($"{key} = {value}{(isMerged ? " in a part" : "")}: {error}");
                }
            }
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    private async Task Refused(params string[] args)
    {
        Assert.Equal(ExitCode.BadInput, await _line.Run(args));
        Assert.StartsWith("error: ", _line.Error.Lines[^1], StringComparison.Ordinal);
    }

    private async Task Play(params string[] flags) => Assert.Equal(0, await _line.Run(
    [
        "--env.type=walk", "--policy.type=walker", "--policy.device=cpu", "--eval.n_episodes=2", "--eval.n_episodes_to_render=0", $"--output_dir={Run}", .. flags,
    ]));

    private void SetPolicy(JsonObject policy)
    {
        var json = JsonNode.Parse(File.ReadAllText(Info))!;
        json["provenance"]!["options"]!["policy"] = policy;
        File.WriteAllText(Info, json.ToJsonString(), new UTF8Encoding(false));
    }

    private void Edit(Func<string, string> change)
    {
        string text = File.ReadAllText(Info), changed = change(text);
        Assert.NotEqual(text, changed);
        File.WriteAllText(Info, changed);
    }
}
