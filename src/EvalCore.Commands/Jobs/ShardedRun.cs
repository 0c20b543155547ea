using System.Globalization;
using System.Text.Json;
using EvalCore.Commands.Help;
using EvalCore.Evaluation;
using EvalCore.Options;
using EvalCore.Results;

namespace EvalCore.Commands.Jobs;

/// <summary>An evaluation in shards, checked as <c>evalcore eval</c> checks it, and the flags that its jobs repeat.</summary>
/// <param name="Name">The name of the run.</param>
/// <param name="Shards">The number of shards.</param>
/// <param name="Tasks">The number of tasks.</param>
/// <param name="Episodes">The number of episodes of all tasks.</param>
/// <param name="OutputDir">The folder of the jobs' files and of the shards, as it was given.</param>
/// <param name="Flags">The flags of the evaluation as they were given, <c>--name=value</c> each, without what differs between shards.</param>
/// <param name="AssetSets">The names of the sets of files that the tasks read, for <c>evalcore assets fetch</c>.</param>
/// <param name="History">The history to which the merged run is added; null for none.</param>
internal sealed record ShardedRun(
    string Name, int Shards, int Tasks, long Episodes, string OutputDir, IReadOnlyList<string> Flags, IReadOnlyList<string> AssetSets, string? History)
{
    /// <summary>The flags of an evaluation that is no run in shards, each with the reason.</summary>
    private static readonly Dictionary<string, string> Impossible = new()
    {
        ["shard"] = "each job has its own shard; give --shards=N",
        ["resume"] = "each job resumes its own shard",
        ["watch"] = "the jobs of one array evaluate one policy",
    };

    /// <summary>The size of the run, for the user.</summary>
    public string Size => $"{Count(Shards, "shard")} of {Count(Episodes, "episode")}, {Count(Tasks, "task")}";

    /// <summary>A number with its noun.</summary>
    public static string Count(long number, string noun) => string.Create(CultureInfo.InvariantCulture, $"{number} {noun}{(number == 1 ? "" : "s")}");

    /// <summary>The folder of a shard.</summary>
    /// <param name="folder">The folder of the shards.</param>
    /// <param name="index">The number of the shard, or what stands for it in a script.</param>
    public static string FolderOf(string folder, string index) => $"{folder}/{ShardFolders.Prefix}{index}";

    /// <summary>The flags of a command that writes jobs, for the help.</summary>
    /// <param name="own">The command's own flags, with their defaults.</param>
    /// <param name="registry">The suites and sources of policies.</param>
    /// <param name="tokens">The arguments on the command line.</param>
    public static IEnumerable<HelpSection> Sections(object own, Registry registry, IReadOnlyList<string> tokens) =>
        EvalCommand.Sections(registry, tokens, shards: false)
            .Select(section => section with { Rows = section.Rows.Where(row => !row.Text.StartsWith("--resume=", StringComparison.Ordinal)) })
            .Prepend(new HelpSection("Jobs", [.. HelpRow.Of(own), .. EvalCommand.Deal]));

    /// <summary>Splits a command line into a command's own flags and those of the evaluation.</summary>
    /// <param name="tokens">The tokens after the command's name.</param>
    /// <param name="own">An object whose properties are the command's own flags.</param>
    /// <returns>The flags of each, <c>--name=value</c> or <c>--name</c>.</returns>
    public static (List<string> Own, List<string> Eval) Split(IReadOnlyList<string> tokens, object own)
    {
        var properties = OptionProperty.Of(own.GetType()).ToDictionary(property => property.Name);
        List<string> mine = [], eval = [];
        for (int i = 0; i < tokens.Count; i++)
        {
            string token = tokens[i];
            if (!token.StartsWith("--", StringComparison.Ordinal))
                throw new EvalCoreException($"unexpected '{EvalCoreException.Printable(token)}'; flags are written --flag=value");

            // sbatch writes --cpus-per-task.
            string[] parts = token[2..].Split('=', 2);
            bool isOwn = properties.TryGetValue(parts[0].Replace('-', '_'), out var property);
            bool isAlone = parts.Length == 1 && (i + 1 == tokens.Count || tokens[i + 1].StartsWith("--", StringComparison.Ordinal));
            string name = isOwn ? property!.Name : parts[0];
            string? value = parts.Length == 2 ? parts[1] : isAlone ? null : tokens[++i];
            if ((value ?? name).Concat(name).Any(char.IsControl))
                throw new EvalCoreException($"--{EvalCoreException.Printable(name)}: '{EvalCoreException.Printable(value ?? "")}' has a line break or another control character, which cannot be written to a job's file");
            (isOwn ? mine : eval).Add(value is null ? $"--{name}" : $"--{name}={value}");
        }

        return (mine, eval);
    }

    /// <summary>Reads and checks a command's own flags, and those of the evaluation.</summary>
    /// <param name="command">The command, for messages.</param>
    /// <param name="tokens">The tokens after the command's name.</param>
    /// <param name="flags">Receives the command's own flags.</param>
    /// <param name="registry">The suites and sources of policies.</param>
    /// <param name="host">The machine.</param>
    /// <param name="policyIsElsewhere">Whether the policy's path is one of another machine, so that it cannot be read here.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="EvalCoreException">A flag is invalid.</exception>
    public static async Task<ShardedRun> Read(
        string command, IReadOnlyList<string> tokens, IJobFlags flags, Registry registry, Host host, Func<string, bool> policyIsElsewhere, CancellationToken cancellation)
    {
        var (own, eval) = Split(tokens, flags);
        new OptionSet(own).Bind(flags);
        flags.Validate();

        // A policy on the Hugging Face Hub is looked for there, which can take a while.
        return await Task.Run(() => Read(command, eval, flags.Shards, registry, host, policyIsElsewhere), cancellation).WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Reads and checks the flags of the evaluation.</summary>
    /// <param name="command">The command, for messages.</param>
    /// <param name="flags">The flags, from <see cref="Split"/>.</param>
    /// <param name="shards">The number of shards; 0 where it is not given.</param>
    /// <param name="registry">The suites and sources of policies.</param>
    /// <param name="host">The machine.</param>
    /// <param name="policyIsElsewhere">Whether the policy's path is one of another machine, so that it cannot be read here.</param>
    /// <exception cref="EvalCoreException">A flag is invalid; the messages are those of <c>evalcore eval</c>.</exception>
    public static ShardedRun Read(string command, List<string> flags, int shards, Registry registry, Host host, Func<string, bool> policyIsElsewhere)
    {
        foreach (var (name, reason) in Impossible)
        {
            if (flags.Exists(flag => NameOf(flag) == name))
                throw new EvalCoreException($"--{name}: {reason}");
        }

        if (shards == 0)
            throw new EvalCoreException($"--shards is missing: give the number of shards, see evalcore {command} --help");
        RefuseSecrets(flags, registry);
        string? path = flags.LastOrDefault(IsPolicyPath)?.Split('=', 2).ElementAtOrDefault(1);
        bool readsPolicy = path is null || !policyIsElsewhere(path);
        var options = EvalOptions.Read([.. flags, $"--shard=0/{shards}"], registry, host, command: command, readsPolicy: readsPolicy);
        using var benchmark = options.Env.Open();
        long episodes = (long)benchmark.Tasks.Count * options.Eval.NEpisodes;
        if (shards > episodes)
            throw new EvalCoreException($"--shards: {shards} shards are more than the {Count(episodes, "episode")} of the run; give {episodes} or fewer");

        // The folder of the shards; the default has the name of the first shard.
        string suffix = shards > 1 ? $"_shard0of{shards}" : "";
        string folder = flags.Exists(flag => NameOf(flag) == "output_dir") || !options.OutputDir.EndsWith(suffix, StringComparison.Ordinal)
            ? options.OutputDir
            : options.OutputDir[..^suffix.Length];

        // A shard is no run of its own in a history: the merged run is added.
        List<string> repeated = [.. flags.Where(flag => NameOf(flag) is not ("output_dir" or "history"))];
        if (options.History is not null && flags.Exists(flag => NameOf(flag) == "config_path"))
            repeated.Add("--history=null");

        // The branch of a model on the Hub may move before the last shard starts: the jobs name its commit.
        if (readsPolicy && path is not null && options.Policy.Path is { } found && !Path.Exists(path) && found.StartsWith($"{path.Split('@')[0]}@", StringComparison.Ordinal))
            repeated = [.. repeated.Where(flag => NameOf(flag) != "policy.pretrained_revision").Select(flag => IsPolicyPath(flag) ? $"--policy.path={found}" : flag)];
        if (options.Env.CompilesSlowly && benchmark.Tasks.Count > 1 && !flags.Exists(flag => NameOf(flag) == "shard_by"))
            repeated.Add("--shard_by=task");
        return new ShardedRun(
            readsPolicy ? options.JobName : flags.Exists(flag => NameOf(flag) == "job_name") ? options.JobName : options.Env.Type,
            shards, benchmark.Tasks.Count, episodes, folder, repeated, [.. options.Env.Assets.Select(set => set.Name).Distinct()], options.History);
    }

    private static string NameOf(string flag) => flag[2..].Split('=')[0];

    private static bool IsPolicyPath(string flag) => NameOf(flag) is "policy.path" or "policy.pretrained_path";

    /// <summary>
    /// Refuses a secret on the command line: other people can read a job's file. The flags of all policies are looked at, since the
    /// policy itself may be on another machine.
    /// </summary>
    private static void RefuseSecrets(List<string> flags, Registry registry)
    {
        var secrets = registry.PolicyTypes.Keys
            .SelectMany(type => registry.NewPolicy(type, null).GetType().GetProperties())
            .Where(property => property.IsDefined(typeof(SecretAttribute), inherit: true))
            .Select(property => $"policy.{JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name)}")
            .ToHashSet();
        if (flags.Select(NameOf).FirstOrDefault(secrets.Contains) is { } name)
            throw new EvalCoreException($"--{name}: a secret is not written to a job's file; give it in its environment variable, see evalcore eval --help");
    }
}
