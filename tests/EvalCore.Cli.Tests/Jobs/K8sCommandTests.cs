using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using EvalCore.Assets;
using EvalCore.Commands;
using EvalCore.Commands.Jobs;
using EvalCore.Evaluation;
using EvalCore.Options;
using EvalCore.Remote;
using k8s;
using k8s.Models;
using YamlDotNet.Core;

namespace EvalCore.Cli.Tests.Jobs;

public sealed partial class K8sCommandTests : IDisposable
{
    private static readonly string[] Walk = ["k8s", "--env.type=walk", "--policy.type=walker", "--policy.device=cpu", "--image=evalcore:1.0", "--claim=data"];

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly CommandLine _line = new() { Assets = new AssetSet("walks", "Walks", "MIT", new Uri("https://example.com"), []) };

    public void Dispose() => _line.Dispose();

    [Fact]
    public async Task The_manifests_match_their_snapshots()
    {
        Assert.Equal(0, await _line.Run(
            [.. Walk, "--shards=3", "--namespace=robots", "--cpu=4", "--memory=16Gi", "--gpus=1", "--secret=hub", "--parallelism=2", "--retries=5", $"--mount_path={_line.Folder}",
                "--job_name=Walks_of two", "--eval.n_episodes=7", "--policy.n_action_steps=2", $"--output_dir={_line.In("run")}"]));
        Snapshot.Verify(Scrub(string.Join("\n", Manifests().Select(file => $"##### {Path.GetFileName(file)}\n{File.ReadAllText(file)}"))), extension: "yaml");
        Assert.Equal(
            """
            3 shards of 14 episodes, 2 tasks: FOLDER/run/job.yaml
            submit:  kubectl --namespace=robots apply -f FOLDER/run/job.yaml
            watch:   kubectl --namespace=robots get job walks-of-two-DIGEST --watch
            logs:    kubectl --namespace=robots logs -l job-name=walks-of-two-DIGEST --prefix
            merge:   until kubectl --namespace=robots get job walks-of-two-DIGEST -o jsonpath='{.status.conditions[*].type}' | grep -qE 'Complete|Failed'; do sleep 10; done; kubectl --namespace=robots delete job walks-of-two-DIGEST-merge --ignore-not-found && kubectl --namespace=robots apply -f FOLDER/run/merge.yaml

            """,
            Scrub(_line.Out.Output));
    }

    /// <summary>The types of KubernetesClient are generated from the published schema; strict reading refuses a field that they lack.</summary>
    [Fact]
    public async Task The_manifests_are_of_the_published_schema()
    {
        Assert.Equal(0, await _line.Run(
            [.. Walk, "--shards=3", "--namespace=robots", "--cpu=500m", "--memory=16Gi", "--gpus=1", "--secret=hub", $"--mount_path={_line.Folder}", $"--output_dir={_line.In("run")}"]));
        var job = Read(_line.In("run", "job.yaml"));
        Assert.Equal(("batch/v1", "Job", "robots"), (job.ApiVersion, job.Kind, job.Metadata.NamespaceProperty));
        Assert.Matches("^walk-walker-[0-9a-f]{6}$", job.Metadata.Name);
        Assert.Equal((3, "Indexed", 3, 3), (job.Spec.Completions, job.Spec.CompletionMode, job.Spec.Parallelism, job.Spec.BackoffLimitPerIndex));
        Assert.Equal(["Ignore", "FailIndex"], job.Spec.PodFailurePolicy.Rules.Select(rule => rule.Action));
        Assert.Equal([2], job.Spec.PodFailurePolicy.Rules[1].OnExitCodes.Values);
        var pod = job.Spec.Template.Spec;
        Assert.Equal("Never", pod.RestartPolicy);
        Assert.Equal(["assets", "fetch", "walks"], pod.InitContainers.Single().Args);
        var container = pod.Containers.Single();
        Assert.Equal(("evalcore", "evalcore:1.0"), (container.Name, container.Image));
        Assert.Equal(
            [
                "eval", "--env.type=walk", "--policy.type=walker", "--policy.device=cpu", "--shard=$(JOB_COMPLETION_INDEX)/3",
                $"--output_dir={_line.In("run")}/shard-$(JOB_COMPLETION_INDEX)", "--resume=auto",
            ],
            container.Args);
        Assert.Equal("1", container.Env.Single(variable => variable.Name == "DOTNET_PROCESSOR_COUNT").Value);
        Assert.Equal("", container.Env.Single(variable => variable.Name == "EVALCORE_HISTORY").Value);
        Assert.Equal("500m", container.Resources.Requests["cpu"].ToString());
        Assert.Equal("1", container.Resources.Limits["nvidia.com/gpu"].ToString());
        Assert.Equal("hub", container.EnvFrom.Single().SecretRef.Name);
        Assert.Equal(container.VolumeMounts.Single().Name, pod.Volumes.Single().Name);
        Assert.Equal("data", pod.Volumes.Single().PersistentVolumeClaim.ClaimName);

        var merge = Read(_line.In("run", "merge.yaml"));
        Assert.Equal($"{job.Metadata.Name}-merge", merge.Metadata.Name);
        Assert.Equal(["shards", _line.In("run")], merge.Spec.Template.Spec.InitContainers.Single().Args);
        Assert.Equal(
            ["merge", .. Enumerable.Range(0, 3).Select(i => $"{_line.In("run")}/shard-{i}"), $"--output_dir={_line.In("run")}"], merge.Spec.Template.Spec.Containers.Single().Args);
    }

    /// <summary>What is misspelt is refused: the reading is strict.</summary>
    [Fact]
    public async Task A_field_that_the_schema_lacks_is_found()
    {
        Assert.Equal(0, await _line.Run([.. Walk, "--shards=3", $"--mount_path={_line.Folder}", $"--output_dir={_line.In("run")}"]));
        string text = File.ReadAllText(_line.In("run", "job.yaml"));
        Assert.Throws<YamlException>(() => KubernetesYaml.Deserialize<V1Job>(text.Replace("backoffLimitPerIndex", "backoffLimitPerShard", StringComparison.Ordinal), strict: true));
    }

    /// <summary>A value stays one string: neither YAML nor Kubernetes finds anything in it.</summary>
    [Theory]
    [InlineData("$(JOB_COMPLETION_INDEX)", "$$(JOB_COMPLETION_INDEX)")]
    [InlineData("a$$b $c $$(HOME)", "a$$$$b $$c $$$$(HOME)")]
    [InlineData("a\"\\ b: - {c} [d] & * ! | > # % @ ` ' ü 日本 \U0001F916", null)]
    public async Task A_value_is_one_string_of_the_manifest(string value, string? written)
    {
        string json = JsonSerializer.Serialize(new Dictionary<string, string> { ["a"] = value }, Plain);
        Assert.Equal(0, await _line.Run([.. Walk, "--shards=2", $"--rename_map={json}", $"--mount_path={_line.Folder}", $"--output_dir={_line.In("run")}"]));
        Assert.Contains($"--rename_map={(written is null ? json : json.Replace(value, written, StringComparison.Ordinal))}", Read(_line.In("run", "job.yaml")).Spec.Template.Spec.Containers.Single().Args);
    }

    [Fact]
    public async Task A_letter_of_any_script_is_in_the_manifest()
    {
        const string Name = "\U0001F916 \u65E5\u672C \u200D \uFEFF x";
        Assert.Equal(0, await _line.Run([.. Walk, "--shards=2", $"--job_name={Name}", $"--mount_path={_line.Folder}", $"--output_dir={_line.In("run")}"]));
        Assert.Contains($"--job_name={Name}", Read(_line.In("run", "job.yaml")).Spec.Template.Spec.Containers.Single().Args);

        // Half of a letter is none of YAML's.
        Assert.Contains("\U0001F916 \u65E5\u672C \\U0000200D \\U0000FEFF x", File.ReadAllText(_line.In("run", "job.yaml")), StringComparison.Ordinal);
    }

    /// <summary>kubectl apply would change the Job of another run.</summary>
    [Fact]
    public void Runs_of_one_name_are_Jobs_of_different_names()
    {
        string[][] runs = [["--output_dir=a"], ["--output_dir=b"], ["--output_dir=a", "--seed=7"]];
        var registry = new Registry().Add(new WalkSuite { Policies = [new WalkPolicies()] });
        var names = runs.Select(flags => new K8sManifests(
            ShardedRun.Read("k8s", ["--env.type=walk", "--policy.type=walker", .. flags], 2, registry, new Host(_ => null, TimeProvider.System, 4), _ => false), new K8sFlags()).Name).ToHashSet();
        Assert.Equal(3, names.Count);
    }

    [Fact]
    public async Task The_merged_run_is_added_to_a_history_on_the_volume()
    {
        _line.Set("EVALCORE_HISTORY", "/home/me/runs.db");
        Assert.Equal(0, await _line.Run([.. Walk, "--shards=2", "--history=runs.db", $"--mount_path={_line.Folder}", $"--output_dir={_line.In("run")}"]));
        var pod = Read(_line.In("run", "merge.yaml")).Spec.Template.Spec;
        Assert.Equal(["shards", "merge"], pod.InitContainers.Select(container => container.Name));
        Assert.Equal(["merge", $"{_line.In("run")}/shard-0"], pod.InitContainers[1].Args.Take(2));
        Assert.Equal(["history", "add", _line.In("run"), "--history=runs.db"], pod.Containers.Single().Args);
        Assert.DoesNotContain("runs.db", File.ReadAllText(_line.In("run", "job.yaml")), StringComparison.Ordinal);

        Assert.Equal(0, await _line.Run([.. Walk, "--shards=2", $"--mount_path={_line.Folder}", $"--output_dir={_line.In("other")}"]));
        Assert.EndsWith("note: the history /home/me/runs.db is not on the volume: the merged run is not added to it\n", _line.Error.Output, StringComparison.Ordinal);
        Assert.Equal("merge", Read(_line.In("other", "merge.yaml")).Spec.Template.Spec.Containers.Single().Args[0]);
    }

    /// <summary>The policy is elsewhere, so its own flags are not read here.</summary>
    [Fact]
    public async Task A_secret_of_a_policy_on_the_volume_is_not_written()
    {
        using var line = new CommandLine { Policies = [new RemotePolicies()] };
        Assert.Equal(2, await line.Run("k8s", "--env.type=walk", "--policy.path=/data/ck", "--policy.api_key=sk-5ecre7", "--image=evalcore:1.0", "--claim=data", "--shards=2", "--output_dir=run"));
        Assert.Equal("error: --policy.api_key: a secret is not written to a job's file; give it in its environment variable, see evalcore eval --help\n", line.Error.Output);
    }

    [Fact]
    public async Task Where_the_shards_look_for_a_policy_of_this_machine_is_noted()
    {
        using var line = new CommandLine { Policies = [new HubPolicies()] };
        Directory.CreateDirectory(line.In("act"));
        string[] flags = ["k8s", "--env.type=walk", "--policy.device=cpu", "--image=evalcore:1.0", "--claim=data", "--shards=2"];
        Assert.Equal(0, await line.Run([.. flags, $"--policy.path={line.In("act")}", $"--mount_path={line.In("volume")}", $"--output_dir={line.In("volume", "run")}"]));
        Assert.Equal($"note: the policy was read on this machine; the shards read it from {line.In("act")} in the image: copy it there\n", line.Error.Output);
    }

    [Fact]
    public async Task A_policy_on_the_volume_is_not_looked_for_here()
    {
        string here = Directory.GetCurrentDirectory();
        try
        {
            Directory.SetCurrentDirectory(_line.Folder);
            Assert.Equal(0, await _line.Run("k8s", "--env.type=walk", "--policy.path=/data/act", "--image=evalcore:1.0", "--claim=data", "--shards=2", "--output_dir=run"));
        }
        finally
        {
            Directory.SetCurrentDirectory(here);
        }

        Assert.EndsWith("note: the policy is on the volume, which is not mounted here: its flags are checked when the shards start\n", _line.Error.Output);
        Assert.Contains("--policy.path=/data/act", Read(_line.In("run", "job.yaml")).Spec.Template.Spec.Containers.Single().Args);
        Assert.Contains("--output_dir=/data/run/shard-$(JOB_COMPLETION_INDEX)", Read(_line.In("run", "job.yaml")).Spec.Template.Spec.Containers.Single().Args);
    }

    [Theory]
    [InlineData("--image is missing: name the container image, in which evalcore is on the PATH", "--image=null")]
    [InlineData("--claim is missing: name the PersistentVolumeClaim with checkpoints and results", "--claim=null")]
    [InlineData("--image: 'a b' is not the name of an image, for example registry.example.com/evalcore:1.0", "--image=a b")]
    [InlineData("--namespace: 'Robots' is not the name of a namespace", "--namespace=Robots")]
    [InlineData("--cpu: 'many' is not a quantity, for example 4 or 500m", "--cpu=many")]
    [InlineData("--mount_path: 'data' is not a path from the root, for example /data", "--mount_path=data")]
    [InlineData("--mount_path: '/data/../etc' is not a path from the root, for example /data", "--mount_path=/data/../etc")]
    [InlineData("--output_dir: ../run has '..', which may lead out of the volume; give the path without it", "--output_dir=../run")]
    [InlineData("--job_name: 'a\\u000ab: c' has a line break or another control character, which cannot be written to a job's file", "--job_name=a\nb: c")]
    [InlineData("--submit: there is no kubectl on the PATH; omit the flag, and submit the files on a machine that has kubectl", "--submit", "--mount_path=FOLDER")]
    [InlineData("--output_dir: FOLDER/run is not on the volume, which is mounted at /data; give a path below that, or a relative path")]
    public async Task A_wrong_line_is_refused_before_anything_is_written(string reason, params string[] flags)
    {
        Assert.Equal(2, await _line.Run([.. Walk, "--shards=2", $"--output_dir={_line.In("run")}", .. flags.Select(flag => flag.Replace("FOLDER", _line.Folder, StringComparison.Ordinal))]));
        Assert.Equal($"error: {reason}\n", _line.Scrub(_line.Error.Output));
        Assert.Empty(Directory.GetFileSystemEntries(_line.Folder));
    }

    /// <summary>The digest is of folders, which differ between runs of the test.</summary>
    private string Scrub(string text) => Digest().Replace(_line.Scrub(text), "walks-of-two-DIGEST");

    [GeneratedRegex("walks-of-two-[0-9a-f]{6}")]
    private static partial Regex Digest();

    private string[] Manifests() => [.. Directory.GetFiles(_line.In("run"), "*.yaml").Order(StringComparer.Ordinal)];

    private static V1Job Read(string file) => KubernetesYaml.Deserialize<V1Job>(File.ReadAllText(file), strict: true);
}
