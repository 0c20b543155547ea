using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace EvalCore.Commands.Jobs;

/// <summary>The manifests of Kubernetes for an evaluation in shards: an indexed Job, and a Job that merges.</summary>
/// <param name="run">The evaluation.</param>
/// <param name="flags">The flags of the Jobs.</param>
internal sealed partial class K8sManifests(ShardedRun run, K8sFlags flags)
{
    /// <summary>The manifest of the shards.</summary>
    public const string Shards = "job.yaml";

    /// <summary>The manifest of the merge.</summary>
    public const string Merge = "merge.yaml";

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The name of the Job: the run's name in the letters that a name in Kubernetes can have.</summary>
    public string Name { get; } = NameOf(run.Name);

    /// <summary>The folder of the shards in a pod.</summary>
    /// <exception cref="EvalCoreException">It is not on the volume.</exception>
    public string Folder { get; } = run.OutputDir switch
    {
        var folder when !folder.StartsWith('/') => $"{flags.MountPath}/{folder}",
        var folder when IsOnVolume(folder, flags) => folder,
        var folder => throw new EvalCoreException($"--output_dir: {folder} is not on the volume, which is mounted at {flags.MountPath}; give a path below that, or a relative path"),
    };

    /// <summary>Whether a path is one of the volume.</summary>
    public static bool IsOnVolume(string path, K8sFlags flags) => path.StartsWith($"{flags.MountPath}/", StringComparison.Ordinal);

    /// <summary>The files.</summary>
    public JobFiles Files() => new(Scheduler.K8s, run.Shards, new Dictionary<string, string> { [Shards] = ShardsManifest(), [Merge] = MergeManifest() });

    /// <summary>The command of kubectl, with the namespace.</summary>
    public string Kubectl(string command) => flags.Namespace is { } name ? $"kubectl --namespace={name} {command}" : $"kubectl {command}";

    private string ShardsManifest()
    {
        // Kubernetes replaces $(NAME) by a variable, and $$ by one dollar sign.
        string[] args =
        [
            "eval", .. run.Flags.Select(flag => flag.Replace("$(", "$$(", StringComparison.Ordinal)), $"--shard=$(JOB_COMPLETION_INDEX)/{run.Shards}",
            $"--output_dir={ShardedRun.FolderOf(Folder, "$(JOB_COMPLETION_INDEX)")}", "--resume=auto",
        ];
        return $$"""
            # The {{run.Shards}} shards of a run: index i of this Job plays shard i. Written by evalcore k8s, and yours to change.
            #   {{Kubectl($"apply -f {Shards}")}}
            #   {{Kubectl($"get pods -l job-name={Name}")}}
            # A Job is run again, after it was deleted, by applying it again: shards that are whole end at once.
            {{Head(Name)}}
              completions: {{run.Shards}}
              completionMode: Indexed
              # Shards that run at the same time.
              parallelism: {{Math.Min(flags.Parallelism ?? run.Shards, run.Shards)}}
              # A shard that failed is started again at most so often; the other shards do not count.
              backoffLimitPerIndex: {{flags.Retries}}
              podFailurePolicy:
                rules:
                  # A drained node or a preemption is no failure of the shard.
                  - action: Ignore
                    onPodConditions:
                      - type: DisruptionTarget
                        status: "True"
                  # Exit code 2 is bad input or something missing in the image, which another attempt would meet again.
                  - action: FailIndex
                    onExitCodes:
                      containerName: evalcore
                      operator: In
                      values: [2]
              template:
                metadata:
                  labels:
                    app.kubernetes.io/name: evalcore
                spec:
                  restartPolicy: Never
                  # evalcore stops within seconds, and keeps what it has finished.
                  terminationGracePeriodSeconds: 60
            {{InitContainers()}}      containers:
                    - name: evalcore
            {{Container(args, withResources: true)}}
            {{Volumes()}}

            """;
    }

    private string MergeManifest() => $$"""
        # Merges the shards. Written by evalcore k8s, and yours to change. Kubernetes starts no Job after another: apply it when the
        # shards have ended. The wait is for their success; a Job with a shard that used up its retries is failed, and the merge says which.
        #   {{Kubectl($"wait --for=condition=complete --timeout=-1s job/{Name}")}}
        #   {{Kubectl($"apply -f {Merge}")}}
        #   {{Kubectl($"logs job/{Name}-merge --all-containers")}}
        {{Head($"{Name}-merge")}}
          backoffLimit: 0
          template:
            metadata:
              labels:
                app.kubernetes.io/name: evalcore
            spec:
              restartPolicy: Never
              # Fails where a shard is not whole, and says which.
              initContainers:
                - name: shards
        {{Container(["shards", Folder], withResources: false)}}
              containers:
                - name: evalcore
        {{Container(["merge", .. Enumerable.Range(0, run.Shards).Select(i => ShardedRun.FolderOf(Folder, i.ToString(CultureInfo.InvariantCulture))), $"--output_dir={Folder}"], withResources: false)}}
        {{Volumes()}}

        """;

    private string Head(string name) => $"""
        apiVersion: batch/v1
        kind: Job
        metadata:
          name: {name}{(flags.Namespace is { } space ? $"\n  namespace: {Text(space)}" : "")}
        spec:
        """;

    private string InitContainers() => run.AssetSets.Count == 0 ? "" : $"""
              # The files of the benchmark are fetched into the cache on the volume once: the other pods wait, and find them.
              initContainers:
                - name: assets
        {Container(["assets", "fetch", .. run.AssetSets], withResources: false)}

        """;

    /// <summary>The fields of a container after its name.</summary>
    private string Container(IReadOnlyList<string> args, bool withResources)
    {
        string secret = flags.Secret is { } name ? $"\n          envFrom:\n            - secretRef:\n                name: {Text(name)}" : "";
        return $"""
                  image: {Text(flags.Image!)}
                  command: [evalcore]
                  args:
        {string.Join('\n', args.Select(arg => $"            - {Text(arg)}"))}
                  # Relative paths in the flags are on the volume.
                  workingDir: {Text(flags.MountPath)}
                  env:
                    - name: EVALCORE_CACHE
                      value: {Text($"{flags.MountPath}/.cache/evalcore")}
                    - name: HF_HOME
                      value: {Text($"{flags.MountPath}/.cache/huggingface")}{secret}{(withResources ? Resources() : "")}
                  volumeMounts:
                    - name: data
                      mountPath: {Text(flags.MountPath)}
        """;
    }

    private string Resources()
    {
        (string Name, string? Value)[] requests = [("cpu", flags.Cpu), ("memory", flags.Memory)];
        (string Name, string? Value)[] limits = [("memory", flags.Memory), ("nvidia.com/gpu", flags.Gpus > 0 ? flags.Gpus.ToString(CultureInfo.InvariantCulture) : null)];
        string text = Lines("requests", requests) + Lines("limits", limits);
        return text.Length == 0 ? "" : $"\n          resources:{text}";

        static string Lines(string title, (string Name, string? Value)[] quantities)
        {
            var given = quantities.Where(quantity => quantity.Value is not null).ToList();
            return given.Count == 0 ? "" : $"\n            {title}:{string.Concat(given.Select(quantity => $"\n              {quantity.Name}: {Text(quantity.Value!)}"))}";
        }
    }

    private string Volumes() => $"""
              volumes:
                - name: data
                  persistentVolumeClaim:
                    claimName: {Text(flags.Claim!)}
        """;

    /// <summary>A string in YAML: in JSON's quotes, which YAML reads too.</summary>
    private static string Text(string value) => JsonSerializer.Serialize(value, Plain);

    private static string NameOf(string run)
    {
        // Room for -merge, and for what Kubernetes adds to the names of pods.
        string name = NotInNames().Replace(run.ToLowerInvariant(), "-").Trim('-');
        name = name[..Math.Min(name.Length, 45)].Trim('-');
        return name.Length == 0 || !char.IsAsciiLetter(name[0]) ? $"evalcore-{name}".TrimEnd('-') : name;
    }

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NotInNames();
}
