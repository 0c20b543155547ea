using System.Text.Json.Nodes;
using EvalCore.Options;

namespace EvalCore.Rollout;

/// <summary>What a run is asked for, besides its environment and its policy.</summary>
public sealed record EvalRunOptions
{
    /// <summary>How many episodes, and how many at once.</summary>
    public EvalConfig Eval { get; init; } = new();

    /// <summary>The seed of each task's first episode; episode k has this plus k.</summary>
    public long Seed { get; init; } = 1000;

    /// <summary>Where journal, videos and <c>eval_info.json</c> go; null writes nothing.</summary>
    public string? OutputDir { get; init; }

    /// <summary>Whether <see cref="OutputDir"/> holds an interrupted run to go on with.</summary>
    public bool Resume { get; init; }

    /// <summary>The slice of all episodes that is played.</summary>
    public Shard Shard { get; init; } = Shard.Whole;

    /// <summary>The options as the user gave them, for <c>provenance</c>.</summary>
    public JsonObject Given { get; init; } = [];

    /// <summary>The part of the options of a command that a run needs.</summary>
    public static EvalRunOptions Of(EvalOptions options) => new()
    {
        Eval = options.Eval,
        Seed = options.Seed,
        OutputDir = options.OutputDir,
        Resume = options.Resume,
        Shard = options.Shard,
        Given = options.ToJson(),
    };
}
