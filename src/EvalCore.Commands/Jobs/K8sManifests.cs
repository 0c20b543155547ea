using System.Globalization;
using System.Security.Cryptography;
using System.Text;
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

    /// <summary>Stands for the number of the shard until an argument is written. No flag has it: control characters are refused.</summary>
    private const string Index = "\0";

    /// <summary>
    /// The name of the Job: the run's name in the letters that a name in Kubernetes can have, and a digest that tells runs of one
    /// name apart.
    /// </summary>
    public string Name => $"{NameOf(run.Name)}-{Digest([Folder, $"{run.Shards}", .. run.Flags])}";

    /// <summary>The folder of the shards in a pod.</summary>
    /// <exception cref="EvalCoreException">It is not on the volume.</exception>
    public string Folder { get; } = run.OutputDir switch
    {
        var folder when folder.Split('/').Contains("..") => throw new EvalCoreException($"--output_dir: {folder} has '..', which may lead out of the volume; give the path without it"),
        var folder when !folder.StartsWith('/') => $"{flags.MountPath}/{folder}",
        var folder when IsOnVolume(folder, flags) => folder,
        var folder => throw new EvalCoreException($"--output_dir: {folder} is not on the volume, which is mounted at {flags.MountPath}; give a path below that, or a relative path"),
    };

    /// <summary>The history to which the merge adds the run; null for none, or where the file is not on the volume.</summary>
    public string? History { get; } = run.History is { } file && (!file.StartsWith('/') || IsOnVolume(file, flags)) ? file : null;

    /// <summary>Whether a path is one of the volume.</summary>
    public static bool IsOnVolume(string path, K8sFlags flags) => path.StartsWith($"{flags.MountPath}/", StringComparison.Ordinal);

    /// <summary>The files.</summary>
    public JobFiles Files() => new(new WrittenJobs(Scheduler.K8s, run.Shards, flags.Parallelism), new Dictionary<string, string> { [Shards] = ShardsManifest(), [Merge] = MergeManifest() });

    /// <summary>The command of kubectl, with the namespace.</summary>
    public string Kubectl(string command) => flags.Namespace is { } name ? $"kubectl --namespace={name} {command}" : $"kubectl {command}";

    /// <summary>
    /// The line that waits until the shards have ended, with success or not, and merges them. kubectl wait waits for one of the two
    /// only. The Job of a merge that failed has to go before it is applied again.
    /// </summary>
    /// <param name="file">The manifest of the merge, as the shell reads it.</param>
    public string WaitAndMerge(string file) =>
        $"until {Kubectl($"get job {Name} -o jsonpath='{{.status.conditions[*].type}}'")} | grep -qE 'Complete|Failed'; do sleep 10; done; "
        + $"{Kubectl($"delete job {Name}-merge --ignore-not-found")} && {Kubectl($"apply -f {file}")}";

    private string ShardsManifest()
    {
        string[] args =
        [
            "eval", .. run.Flags, $"--shard={Index}/{run.Shards}", $"--output_dir={ShardedRun.FolderOf(Folder, Index)}", "--resume=auto",
        ];
        return $$"""
            # A run in {{ShardedRun.Count(run.Shards, "shard")}}: index i of this Job plays shard i. Written by evalcore k8s, and yours to change.
            #   {{Kubectl($"apply -f {Shards}")}}
            #   {{Kubectl($"get pods -l job-name={Name}")}}
            # A Job is run again, after it was deleted, by applying it again: shards that are whole end at once.
            {{Head(Name)}}
              completions: {{run.Shards}}
              completionMode: Indexed
              # Shards that run at the same time.
              parallelism: {{Math.Min(flags.Parallelism ?? run.Shards, run.Shards)}}
              # A shard that failed is started again at most so often; the other shards do not count. Needs Kubernetes 1.29 or later.
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
            {{Container(args, isShard: true)}}
            {{Volumes()}}

            """;
    }

    private string MergeManifest()
    {
        string[] merge = ["merge", .. Enumerable.Range(0, run.Shards).Select(i => ShardedRun.FolderOf(Folder, i.ToString(CultureInfo.InvariantCulture))), $"--output_dir={Folder}"];
        return $"""
            # Merges the shards. Written by evalcore k8s, and yours to change. Kubernetes starts no Job after another: apply it when the
            # shards have ended, also where some failed: it says which.
            #   {WaitAndMerge(Merge)}
            #   {Kubectl($"logs job/{Name}-merge --all-containers")}
            {Head($"{Name}-merge")}
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
            {Container(["shards", Folder])}
            {(History is null ? "" : $"        - name: merge\n{Container(merge)}\n")}      containers:
                    - name: evalcore
            {Container(History is { } file ? ["history", "add", Folder, $"--history={file}"] : merge)}
            {Volumes()}

            """;
    }

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
        {Container(["assets", "fetch", .. run.AssetSets])}

        """;

    /// <summary>The fields of a container after its name.</summary>
    private string Container(IReadOnlyList<string> args, bool isShard = false)
    {
        // .NET counts all cores of the node where there is no limit. A shard is no run of its own in a history.
        (string Name, string Value)[] ofShard = [.. Cores is { } cores ? [("DOTNET_PROCESSOR_COUNT", cores)] : Array.Empty<(string, string)>(), ("EVALCORE_HISTORY", "")];
        string variables = isShard ? string.Concat(ofShard.Select(variable => $"\n            - name: {variable.Name}\n              value: {Text(variable.Value)}")) : "";
        string secret = flags.Secret is { } name ? $"\n          envFrom:\n            - secretRef:\n                name: {Text(name)}" : "";
        return $"""
                  image: {Text(flags.Image!)}
                  command: [evalcore]
                  args:
        {string.Join('\n', args.Select(arg => $"            - {Argument(arg)}"))}
                  # Relative paths in the flags are on the volume.
                  workingDir: {Text(flags.MountPath)}
                  env:
                    - name: EVALCORE_CACHE
                      value: {Text($"{flags.MountPath}/.cache/evalcore")}
                    - name: HF_HOME
                      value: {Text($"{flags.MountPath}/.cache/huggingface")}{variables}{secret}{(isShard ? Resources() : "")}
                  volumeMounts:
                    - name: data
                      mountPath: {Text(flags.MountPath)}
        """;
    }

    /// <summary>The whole cores of a shard, rounded up; null where they are not requested.</summary>
    private string? Cores
    {
        get
        {
            if (flags.Cpu is not { } cpu)
                return null;
            bool isMilli = cpu.EndsWith('m');
            double cores = double.Parse(isMilli ? cpu[..^1] : cpu, CultureInfo.InvariantCulture) / (isMilli ? 1000 : 1);
            return Math.Max(1, Math.Ceiling(cores)).ToString("0", CultureInfo.InvariantCulture);
        }
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

    /// <summary>An argument of a container: Kubernetes replaces $(NAME) by a variable, and $$ by one dollar sign.</summary>
    private static string Argument(string value) =>
        Text(value.Replace("$", "$$", StringComparison.Ordinal).Replace(Index, "$(JOB_COMPLETION_INDEX)", StringComparison.Ordinal));

    /// <summary>A string in YAML, in double quotes. JSON's are the same but for a letter that takes two of its escapes.</summary>
    private static string Text(string value) => $"\"{string.Concat(value.EnumerateRunes().Select(Written))}\"";

    private static string Written(Rune letter) =>
        letter.Value is '"' or '\\' ? $"\\{letter}"
        : Rune.IsControl(letter) || Rune.GetUnicodeCategory(letter) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned
            ? string.Create(CultureInfo.InvariantCulture, $"\\U{letter.Value:X8}")
        : letter.ToString();

    private static string Digest(string[] parts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))))[..6];

    private static string NameOf(string run)
    {
        // Room for the digest, for -merge, and for what Kubernetes adds to the names of pods.
        string name = NotInNames().Replace(run.ToLowerInvariant(), "-").Trim('-');
        name = name[..Math.Min(name.Length, 36)].Trim('-');
        return name.Length == 0 || !char.IsAsciiLetter(name[0]) ? $"evalcore-{name}".TrimEnd('-') : name;
    }

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NotInNames();
}
