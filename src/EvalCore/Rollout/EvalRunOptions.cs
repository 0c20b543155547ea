using System.Text.Json.Nodes;

namespace EvalCore.Rollout;

/// <summary>What a run is asked for, besides its environment and its policy.</summary>
public sealed record EvalRunOptions
{
    /// <summary>Episodes per task.</summary>
    public int NEpisodes { get; init; } = 50;

    /// <summary>How many episodes are in flight at once; 0 lets <see cref="BatchSize.Resolve"/> choose.</summary>
    public int BatchSize { get; init; }

    /// <summary>A thread per environment, or (false) one thread for all.</summary>
    public bool UseAsyncEnvs { get; init; } = true;

    /// <summary>The seed of each task's first episode; episode k has this plus k.</summary>
    public long Seed { get; init; } = 1000;

    /// <summary>How many episodes of each task are recorded, from the first on.</summary>
    public int NEpisodesToRender { get; init; } = 10;

    /// <summary>Where journal, videos and <c>eval_info.json</c> go; null writes nothing.</summary>
    public string? OutputDir { get; init; }

    /// <summary>Whether <see cref="OutputDir"/> holds an interrupted run to go on with.</summary>
    public bool Resume { get; init; }

    /// <summary>The slice of all episodes that is played: shard <c>Index</c> of <c>Count</c>.</summary>
    public (int Index, int Count) Shard { get; init; } = (0, 1);

    /// <summary>The options as the user gave them: noted in journal and <c>provenance</c>.</summary>
    public JsonObject Given { get; init; } = [];
}
