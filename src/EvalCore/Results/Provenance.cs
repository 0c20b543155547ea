using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using EvalCore.Environments;
using EvalCore.Options;
using EvalCore.Policies;
using EvalCore.Rollout;

namespace EvalCore.Results;

/// <summary>What produced a result: <c>provenance</c> in <c>eval_info.json</c>.</summary>
internal static class Provenance
{
    /// <summary>What an episode's result depends on. Two runs that agree here give the same episodes.</summary>
    public static JsonObject Identity(EnvConfig env, IPolicy policy, EvalRunOptions options)
    {
        // A configuration is its flags; which tasks are played is not what they are: parts with others may be merged.
        var config = OptionProperty.Of(env.GetType()).Where(property => property.Name != "task")
            .Select(property => KeyValuePair.Create(property.Name, property.JsonOf(env)));
        var policyFacts = new JsonObject { ["type"] = policy.Type };
        foreach (var (key, value) in policy.Provenance)
            policyFacts[key] = value;
        var identity = new JsonObject
        {
            ["seed"] = options.Seed,
            ["policy"] = policyFacts,
            ["env"] = new JsonObject([new("type", env.Type), .. config]),
            ["engines"] = new JsonObject(env.EngineVersions.Select(
                engine => KeyValuePair.Create(engine.Key, (JsonNode?)engine.Value))),
        };
        if (env.Assets is { } assets)
            identity["assets"] = new JsonObject { [assets.Name] = assets.Sha256 };
        return identity;
    }

    /// <summary>The whole record.</summary>
    public static JsonObject Of(EnvConfig env, IPolicy policy, EvalRunOptions options, VectorEnvironment environments)
    {
        var provenance = new JsonObject
        {
            ["evalcore"] = typeof(Provenance).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
                .InformationalVersion,
            ["output_dir"] = options.OutputDir ?? "",
        };
        foreach (var (key, value) in Identity(env, policy, options).ToList())
            provenance[key] = value?.DeepClone();
        provenance["batch_size"] = environments.NumEnvs;
        provenance["use_async_envs"] = environments.IsAsync;
        provenance["shard"] = options.Shard.ToString();
        provenance["options"] = options.Given.DeepClone();
        provenance["git_commit"] = GitCommit(Directory.GetCurrentDirectory());
        provenance["machine"] = new JsonObject
        {
            ["os"] = RuntimeInformation.OSDescription,
            ["architecture"] = RuntimeInformation.OSArchitecture.ToString(),
            ["cores"] = Environment.ProcessorCount,
            ["runtime"] = RuntimeInformation.FrameworkDescription,
        };
        if (policy.ObservationKeys.Any(key => IsPicture(env, key)) && env.RenderingDevice is { } device)
            provenance["machine"]!["renderer"] = device;
        provenance["finished_at"] = DateTimeOffset.Now.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture);
        return provenance;
    }

    private static bool IsPicture(EnvConfig env, string key) =>
        env.ObservationSpace.IndexOf(key) is int i and >= 0 && env.ObservationSpace[i].Kind == ObservationKind.Image;

    /// <summary>The first entry that differs, for a message.</summary>
    public static string Difference(JsonNode? one, JsonNode? two)
    {
        if (one is JsonObject a && two is JsonObject b)
        {
            string key = a.Concat(b).First(entry => !JsonNode.DeepEquals(a[entry.Key], b[entry.Key])).Key;
            return $"{key}: {Text(a[key])} and {Text(b[key])}";
        }

        return $"{Text(one)} and {Text(two)}";

        static string Text(JsonNode? value) => value?.ToJsonString(Journal.Json) ?? "none";
    }

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
            // A worktree or an exotic layout: the commit is left out.
            return null;
        }
    }
}
