using System.Text.Json.Nodes;
using Benchmarks.PushT;
using EvalCore.Environments;
using EvalCore.Hub;
using EvalCore.Hub.Tests;
using EvalCore.Policies;
using EvalCore.Torch.Checkpoints;

namespace EvalCore.Torch.Tests.Checkpoints;

/// <summary>Checkpoints on the Hugging Face Hub, which a local server stands for.</summary>
public sealed class HubCheckpointTests : IDisposable
{
    private const string Id = "me/act_pusht";

    private readonly FakeHub _server = new();
    private readonly string _root = Directory.CreateTempSubdirectory("evalcore-").FullName;
    private readonly Dictionary<string, string?> _variables;

    public HubCheckpointTests() => _variables = new() { ["HF_ENDPOINT"] = _server.Endpoint, ["HF_HOME"] = _root };

    private static PolicyContext PushT => PolicyContext.Of(new PushTConfig { ObsType = "environment_state_agent_pos" });

    private LeRobotPolicies Source => new() { Hub = new HubClient(_variables.GetValueOrDefault) };

    public void Dispose()
    {
        _server.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public void A_checkpoint_is_recognized_by_its_config_alone_and_named_by_its_commit()
    {
        string commit = Push();
        var config = (LeRobotConfig)Source.Recognize(Id)!;
        Assert.Equal("act", config.Type);
        Assert.Equal($"{Id}@{commit}", config.Path);
        Assert.Equal([$"/api/models/{Id}/revision/main", $"/{Id}/resolve/{commit}/config.json"], _server.Requests.Select(request => request.Path));
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("refs/pr/1")]
    public void A_revision_is_a_part_of_the_name(string revision)
    {
        Push();
        string commit = _server.Models[Id].Push(Files(early: true), revision);
        Assert.Equal($"{Id}@{commit}", Source.Recognize($"{Id}@{revision}")!.Path);
    }

    [Fact]
    public void The_policy_is_that_of_the_folder_and_its_repository_is_told()
    {
        string commit = Push();
        using var downloaded = Make(Source.Recognize(Id)!);
        using var local = Make(Source.Recognize(Goldens.Checkpoint("pusht_act_keypoints"))!);
        Assert.Equal(local.Provenance, downloaded.Provenance);
        Assert.Equal(new Dictionary<string, string> { [Id] = commit }, downloaded.Repositories);
        Assert.Empty(local.Repositories);
    }

    [Fact]
    public void What_evaluation_does_not_read_is_not_downloaded()
    {
        var files = Files();
        string[] unread =
        [
            "README.md", "optimizer_state.safetensors", "model-00001-of-00002.safetensors", "pytorch_model.bin", "checkpoints/000100/pretrained_model/model.safetensors", "run.py",
        ];
        foreach (string name in unread)
            files[name] = new FakeFile([1, 2, 3]);
        files["paligemma-3b-pt-224/tokenizer.json"] = new FakeFile("{}");
        Push(files);
        Make(Source.Recognize(Id)!).Dispose();
        Assert.All(unread, name => Assert.Equal(0, _server.RequestsOf(name)));
        Assert.Equal(1, _server.RequestsOf("paligemma-3b-pt-224/tokenizer.json"));
        Assert.Equal(1, _server.RequestsOf("model.safetensors"));
    }

    [Fact]
    public void Weights_in_several_files_are_needed_where_there_is_no_single_one() => Assert.Equal(
        ["config.json", "model-00001-of-00002.safetensors", "model.safetensors.index.json"],
        HubCheckpoint.Needed([.. new[] { "config.json", "model-00001-of-00002.safetensors", "model.safetensors.index.json", "a/b/tokenizer.json" }.Select(name => new HubFile(name, 1, ""))])
            .Select(file => file.Path));

    [Fact]
    public async Task A_policy_that_does_not_fit_is_refused_before_its_weights_are_downloaded()
    {
        Push();
        var config = Source.Recognize(Id)!;
        await Assert.ThrowsAsync<EvalCoreException>(() => config.FindMissing(() => new PolicyContext(new ObservationSpace()), CancellationToken.None));
        Assert.Equal(0, _server.RequestsOf("model.safetensors"));
    }

    [Fact]
    public async Task A_tokenizer_that_needs_a_token_is_reported_before_the_weights_are_downloaded()
    {
        var files = Files();
        var pipeline = JsonNode.Parse(files["policy_preprocessor.json"].ToArray())!;
        ((JsonArray)pipeline["steps"]!).Add(new JsonObject { ["registry_name"] = "tokenizer_processor", ["config"] = new JsonObject { ["tokenizer_name"] = "google/paligemma-3b-pt-224" } });
        files["policy_preprocessor.json"] = new FakeFile(pipeline.ToJsonString());
        Push(files);
        var tokenizer = _server.Models["google/paligemma-3b-pt-224"] = new FakeModel { IsGated = true };
        tokenizer.Push(new Dictionary<string, FakeFile> { ["tokenizer.json"] = new("{}") });
        var config = Source.Recognize(Id)!;
        var missing = await config.FindMissing(() => PushT, CancellationToken.None);
        Assert.Equal($"google/paligemma-3b-pt-224 and {Id}", missing!.Title);
        var e = await Assert.ThrowsAsync<EvalCoreException>(() => missing.Run(null, CancellationToken.None));
        Assert.Contains($"'google/paligemma-3b-pt-224' is gated: accept its terms at {_server.Endpoint}/google/paligemma-3b-pt-224, and set HF_TOKEN", e.Message, StringComparison.Ordinal);
        Assert.EndsWith("; or give its folder: --policy.tokenizer_path=DIR", e.Message, StringComparison.Ordinal);
        Assert.Equal(0, _server.RequestsOf("model.safetensors"));
    }

    [Fact]
    public void A_folder_comes_before_a_repository_of_the_same_name()
    {
        string folder = Path.GetRelativePath(Directory.GetCurrentDirectory(), Goldens.Checkpoint("pusht_act_keypoints"));
        Assert.Equal(Goldens.Checkpoint("pusht_act_keypoints"), Source.Recognize(folder)!.Path);
        Assert.Empty(_server.Requests);
    }

    [Theory]
    [InlineData("'me/act_pusht' has no model.safetensors, but pytorch_model.bin: a pickle, which is neither downloaded nor read; load the policy in Python, save it with save_pretrained, and give that folder", "config.json", "pytorch_model.bin")]
    [InlineData("'me/act_pusht' has no model.safetensors; it is no LeRobot checkpoint (it has config.json, README.md)", "config.json", "README.md")]
    [InlineData("'me/act_pusht' has no config.json; it is no LeRobot checkpoint (it has model.safetensors)", "model.safetensors")]
    [InlineData("'me/act_pusht' has no config.json; it is no LeRobot checkpoint (it has no file)")]
    [InlineData("'me/act_pusht' has only an adapter (PEFT, adapter_config.json); merge it into the policy that it is of with PEFT's merge_and_unload(), save that with save_pretrained, and give its folder", "adapter_config.json", "adapter_model.safetensors")]
    [InlineData("'me/act_pusht' has no config.json, its folder run/last has: hf download me/act_pusht --include 'run/last/*' --local-dir DIR, then --policy.path=DIR/run/last", "run/last/config.json", "run/last/model.safetensors")]
    public void A_repository_without_a_checkpoint_that_can_be_read_is_one_line(string message, params string[] names)
    {
        Push(names.ToDictionary(name => name, _ => new FakeFile("{}")));
        Assert.Equal($"--policy.path: {message}", Assert.Throws<EvalCoreException>(() => Source.Recognize(Id)).Message);
    }

    [Fact]
    public void What_is_neither_a_folder_nor_on_the_Hub_is_one_line()
    {
        var source = Source;
        Assert.Null(source.Recognize(Id));
        Assert.StartsWith($"--policy.path: there is no folder '{Id}', and {new Uri(_server.Endpoint).Authority} has no model '{Id}', or it is private: ", source.Explain(Id), StringComparison.Ordinal);
        Assert.Single(_server.Requests);
        _variables["HF_HUB_OFFLINE"] = "1";
        Assert.StartsWith($"--policy.path: there is no folder '{Id}', and HF_HUB_OFFLINE is set, and '{Id}' is not in the cache ({_root}/hub): unset it to download", Source.Explain(Id), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_network_the_cached_commit_plays_with_a_note()
    {
        Push();
        Make(Source.Recognize(Id)!).Dispose();
        _server.Dispose();
        var notes = new List<string>();
        var config = (LeRobotConfig)Source.Recognize(Id)!;
        config.Make(PushT with { Warn = notes.Add }).Dispose();
        Assert.Contains(notes, note => note.Contains($"'{Id}' is used as the cache has it, at commit ", StringComparison.Ordinal));
    }

    private static IPolicy Make(PolicyConfig config)
    {
        config.Device = DeviceName.Cpu;
        return config.Make(PushT);
    }

    private static Dictionary<string, FakeFile> Files(bool early = false) =>
        Directory.GetFiles(Goldens.Checkpoint(early ? "pusht_act_keypoints_early" : "pusht_act_keypoints"))
            .ToDictionary(file => Path.GetFileName(file), file => new FakeFile(File.ReadAllBytes(file), isLarge: Path.GetExtension(file) == ".safetensors"));

    private string Push(Dictionary<string, FakeFile>? files = null) => (_server.Models[Id] = new FakeModel()).Push(files ?? Files());
}
