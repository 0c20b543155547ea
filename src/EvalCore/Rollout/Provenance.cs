using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using EvalCore.Environments;
using EvalCore.Features;
using EvalCore.Options;
using EvalCore.Policies;
using EvalCore.Results;

namespace EvalCore.Rollout;

/// <summary>Records how a result was produced: <c>provenance</c> in <c>eval_info.json</c>.</summary>
internal static class Provenance
{
    /// <summary>The identity of a run: everything its episodes depend on.</summary>
    public static RunIdentity Identity(EnvConfig env, IBenchmark benchmark, IPolicy policy, RolloutOptions options)
    {
        // The tasks are not part of the identity, since results of different tasks can be merged.
        var flags = OptionProperty.Of(env.GetType()).Where(property => property.Name is not ("task" or "task_ids"))
            .Select(property => KeyValuePair.Create(property.Name, property.JsonOf(env)));
        return new RunIdentity(
            options.Seed,
            new PolicyIdentity(policy.Type, policy.Provenance),
            new EnvIdentity(env.Type, new JsonObject(flags)),
            benchmark.EngineVersions,
            // Of the whole set: results of different tasks, which may read different parts of it, can be merged.
            env.Assets.Select(set => set.Whole).DistinctBy(set => set.Name).ToDictionary(set => set.Name, set => set.Sha256));
    }

    /// <summary>The complete provenance.</summary>
    /// <param name="identity">The identity of the run.</param>
    /// <param name="benchmark">The suite.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="options">The options of the run.</param>
    /// <param name="episodes">The episodes of the run.</param>
    /// <param name="numEnvs">The number of episodes in flight.</param>
    /// <param name="isAsync">Whether each had its own thread.</param>
    public static JsonObject Of(
        RunIdentity identity, IBenchmark benchmark, IPolicy policy, RolloutOptions options, EpisodePlan episodes, int numEnvs, bool isAsync)
    {
        var provenance = new JsonObject
        {
            ["evalcore"] = typeof(Provenance).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
                .InformationalVersion,
            ["output_dir"] = options.OutputDir ?? "",
        };
        foreach (var (key, value) in identity.ToJson())
            provenance[key] = value?.DeepClone();
        if (policy.Repositories is { Count: > 0 } repositories)
            provenance["hub"] = new JsonObject(repositories.Select(repository => KeyValuePair.Create(repository.Key, (JsonNode?)repository.Value)));
        if (benchmark.EngineLibraries is { Count: > 0 } libraries)
            provenance["engine_libraries"] = new JsonObject(libraries.Select(library => KeyValuePair.Create(library.Key, (JsonNode?)library.Value)));
        provenance[DiagnosticNotes.FeaturesKey] = JsonSerializer.SerializeToNode(
            Feature.Of(benchmark.ObservationSpace.Where(field => policy.ObservationKeys.Contains(field.Key)), benchmark.ActionSpace, policy.Statistics), Journal.Json);
        provenance["batch_size"] = numEnvs;
        provenance["use_async_envs"] = isAsync;
        provenance["shard"] = options.Shard.ToString();
        provenance[Merge.EpisodesDigest] = episodes.Digest;
        if (options.Shard != Shard.Whole)
        {
            provenance[Merge.ShardEpisodes] = episodes.Count;
            provenance[Merge.Tasks] = new JsonArray([.. episodes.Tasks.Select(task => (JsonNode?)$"{task.Group}/{task.Id}")]);
        }

        provenance["options"] = options.Given.DeepClone();
        provenance["git_commit"] = GitCommit(Directory.GetCurrentDirectory());
        var machine = new JsonObject
        {
            ["os"] = RuntimeInformation.OSDescription,
            ["architecture"] = RuntimeInformation.OSArchitecture.ToString(),
            ["cores"] = Environment.ProcessorCount,
            ["runtime"] = RuntimeInformation.FrameworkDescription,
        };
        provenance["machine"] = machine;
        if (Hardware.Processor is { } processor)
            machine["processor"] = processor;
        if (Hardware.Gpu is { } gpu)
            machine["gpu"] = gpu;
        if (policy.ObservationKeys.Any(key => IsImage(benchmark.ObservationSpace, key)) && benchmark.RenderingDevice is { } device)
            machine["renderer"] = device;
        provenance["finished_at"] = DateTimeOffset.Now.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture);
        return provenance;
    }

    private static bool IsImage(ObservationSpace space, string key) =>
        space.IndexOf(key) is int i and >= 0 && space[i].Kind == ObservationKind.Image;

    /// <summary>The commit checked out in a folder or one above it, read from <c>.git</c>; null where there is none.</summary>
    internal static string? GitCommit(string? folder)
    {
        while (folder is not null && !Path.Exists(Path.Combine(folder, ".git")))
            folder = Path.GetDirectoryName(folder);
        if (folder is null)
            return null;
        try
        {
            string git = Path.Combine(folder, ".git");
            string head = File.ReadAllText(Path.Combine(git, "HEAD")).Trim();
            if (!head.StartsWith("ref: ", StringComparison.Ordinal))
                return head;
            string name = head["ref: ".Length..];
            string loose = Path.Combine(git, name);
            if (File.Exists(loose))
                return File.ReadAllText(loose).Trim();
            return File.ReadLines(Path.Combine(git, "packed-refs"))
                .FirstOrDefault(line => line.EndsWith(" " + name, StringComparison.Ordinal))?.Split(' ')[0];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A worktree or an unusual layout: the commit is omitted.
            return null;
        }
    }
}
