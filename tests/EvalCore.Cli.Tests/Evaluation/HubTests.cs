using System.Diagnostics;
using System.Text.Json.Nodes;
using EvalCore.Hub.Tests;
using EvalCore.Results;

namespace EvalCore.Cli.Tests.Evaluation;

/// <summary>Policies of the Hugging Face Hub, for which a local server stands, through the program itself.</summary>
public sealed class HubTests : IDisposable
{
    private const string Id = "me/act_pusht";

    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;
    private readonly FakeHub _server = new();

    private string Cache => Path.Combine(_folder, "hf");

    private Dictionary<string, string?> Variables => new()
    {
        ["HF_ENDPOINT"] = _server.Endpoint, ["HF_HOME"] = Cache, ["HF_TOKEN"] = FakeHub.Token, ["HF_HUB_CACHE"] = null, ["HF_HUB_OFFLINE"] = null,
    };

    public void Dispose()
    {
        _server.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_policy_of_the_Hub_plays_and_its_commit_is_kept_when_the_branch_moves()
    {
        string commit = Push("pusht_act_keypoints");
        _server.Models[Id].IsPrivate = true;
        string run = Path.Combine(_folder, "run");
        var (code, output, error) = await EvalcoreProcess.Run([.. Flags(Id), "--eval.n_episodes=2", "--eval.n_episodes_to_render=0", $"--output_dir={run}"], Variables);
        Assert.True(code == 0, error);
        Assert.Contains($"fetching {Id}, 2.0 MB\n", error, StringComparison.Ordinal);

        var provenance = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(run, EvalInfo.FileName)))!["provenance"]!;
        Assert.Equal(commit, (string?)provenance["hub"]![Id]);
        Assert.Equal($"{Id}@{commit}", (string?)provenance["options"]!["policy"]!["path"]);
        Assert.Equal($"{Id}@{commit}", (string?)Journal.ReadOptions(run)["policy"]!["path"]);
        Assert.All(
            Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).Select(File.ReadAllText).Append(output).Append(error),
            text => Assert.DoesNotContain(FakeHub.Token, text, StringComparison.Ordinal));
        Assert.All(_server.Requests, request => Assert.Equal(request.Server == "hub", request.Authorization is not null));

        // Without its last episode the run is one that was interrupted; meanwhile the branch has other weights.
        string journal = Path.Combine(run, Journal.FileName);
        await File.WriteAllLinesAsync(journal, (await File.ReadAllLinesAsync(journal))[..^1]);
        var before = PushTEvaluation.PerEpisode(EvalInfo.Load(Path.Combine(run, EvalInfo.FileName)));
        Push("pusht_act_keypoints_early");
        int requests = _server.Requests.Count;
        (code, _, error) = await EvalcoreProcess.Run(["eval", $"--resume={run}"], Variables);
        Assert.True(code == 0, error);
        Assert.Equal(before, PushTEvaluation.PerEpisode(EvalInfo.Load(Path.Combine(run, EvalInfo.FileName))));
        Assert.Equal(requests, _server.Requests.Count);

        // The branch as it is now is another policy.
        await File.WriteAllLinesAsync(journal, (await File.ReadAllLinesAsync(journal))[..^1]);
        (code, _, error) = await EvalcoreProcess.Run(["eval", $"--resume={run}", $"--policy.path={Id}"], Variables);
        Assert.Equal(2, code);
        Assert.Contains("differ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_processes_that_start_at_once_download_the_policy_once()
    {
        Push("pusht_act_keypoints");
        _server.Pause = TimeSpan.FromMilliseconds(100);
        var both = await Task.WhenAll(Enumerable.Range(0, 2).Select(shard => EvalcoreProcess.Run(
            [.. Flags(Id), "--eval.n_episodes=2", "--eval.n_episodes_to_render=0", $"--shard={shard}/2", $"--output_dir={Path.Combine(_folder, $"shard{shard}")}"], Variables)));
        Assert.All(both, run => Assert.True(run.Code == 0, run.Error));
        Assert.Equal(1, _server.RequestsOf("model.safetensors"));
        Assert.Equal(_server.Models[Id].Commits.Values.Single().Values.DistinctBy(file => file.ETag).Sum(file => file.Length), _server.Sent);
        Assert.Equal(2, Merge.Folders([Path.Combine(_folder, "shard0"), Path.Combine(_folder, "shard1")]).Episodes.Count);
    }

    [Fact]
    public async Task An_interrupted_download_ends_at_once_and_resumes()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "signals are sent with kill");
        Push("pusht_act_keypoints");
        _server.Pause = TimeSpan.FromMilliseconds(500);
        string[] flags = [.. Flags(Id), "--eval.n_episodes=1", "--eval.n_episodes_to_render=0", $"--output_dir={Path.Combine(_folder, "run")}"];
        using (var program = EvalcoreProcess.Start(flags, Variables))
        {
            var error = program.StandardError.ReadToEndAsync();
            while (_server.Sent < 300_000 && !program.HasExited)
                await Task.Delay(10);
            Process.Start("kill", ["-INT", $"{program.Id}"]).WaitForExit();
            await program.WaitForExitAsync();
            Assert.Equal(130, program.ExitCode);
            Assert.EndsWith("error: interrupted\n", await error, StringComparison.Ordinal);
        }

        Assert.InRange(Directory.EnumerateFiles(Cache, "*.incomplete", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length), 1, 1_900_000);
        Assert.False(Directory.Exists(Path.Combine(_folder, "run")));
        _server.Pause = TimeSpan.Zero;
        var (code, _, resumed) = await EvalcoreProcess.Run(flags, Variables);
        Assert.True(code == 0, resumed);
        Assert.Contains(_server.Requests, request => request.Range is not null);
    }

    [Fact]
    public async Task A_wrong_flag_costs_no_weights_and_the_help_reads_the_config_alone()
    {
        Push("pusht_act_keypoints");
        var (code, _, error) = await EvalcoreProcess.Run([.. Flags(Id), "--policy.n_action_stepz=3"], Variables);
        Assert.Equal((2, "error: unknown flag '--policy.n_action_stepz'; did you mean '--policy.n_action_steps'?\n"), (code, error));
        (code, string output, _) = await EvalcoreProcess.Run(["eval", $"--policy.path={Id}", "--help"], Variables);
        Assert.Equal(0, code);
        Assert.Contains("Policy act", output, StringComparison.Ordinal);
        (code, _, error) = await EvalcoreProcess.Run([.. Flags(Id)[..^1], "--env.obs_type=state"], Variables);
        Assert.Equal(2, code);
        Assert.Contains("give --env.obs_type=environment_state_agent_pos", error, StringComparison.Ordinal);
        Assert.Equal(0, _server.RequestsOf("model.safetensors"));
    }

    [Fact]
    public async Task A_policy_that_is_not_there_is_one_line()
    {
        string host = new Uri(_server.Endpoint).Authority;
        var (code, _, error) = await EvalcoreProcess.Run(Flags("me/none"), Variables);
        Assert.Equal((2, $"error: --policy.path: there is no folder 'me/none', and {host} has no model 'me/none', or the account of the token in HF_TOKEN has no access to it\n"), (code, error));
        Push("pusht_act_keypoints");
        (code, _, error) = await EvalcoreProcess.Run([.. Flags(Id), "--policy.pretrained_revision=v9"], Variables);
        Assert.Equal((2, $"error: --policy.path: '{Id}' has no branch, tag or commit 'v9' on {host}\n"), (code, error));
        (code, _, error) = await EvalcoreProcess.Run([.. Flags($"{Id}@main"), "--policy.pretrained_revision=v9"], Variables);
        Assert.Equal((2, $"error: --policy.path and --policy.pretrained_revision name two revisions ('{Id}@main' and 'v9'); give one of them\n"), (code, error));
    }

    private static string[] Flags(string path) => [$"--policy.path={path}", "--policy.device=cpu", "--env.type=pusht", "--env.obs_type=environment_state_agent_pos"];

    private string Push(string checkpoint)
    {
        var files = Directory.GetFiles(Goldens.Checkpoint(checkpoint))
            .ToDictionary(file => Path.GetFileName(file), file => new FakeFile(File.ReadAllBytes(file), isLarge: Path.GetExtension(file) == ".safetensors"));
        return _server.Models.GetOrAdd(Id, _ => new FakeModel()).Push(files);
    }
}
