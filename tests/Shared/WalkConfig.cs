using System.Text.Json.Serialization;
using EvalCore.Assets;
using EvalCore.Environments;

namespace EvalCore.Tests;

/// <summary>
/// The flags of a toy suite, for tests that need no simulator: a point walks on a line, pushed by the action and by
/// noise of the episode's own seed, until it passes 1 (success) or 40 steps are over. A task is <c>left</c> (the point
/// walks to the left), or has any other name, with or without its group: <c>runs/fast</c>.
/// </summary>
internal sealed class WalkConfig : EnvConfig
{
    public override string Type => "walk";

    public override string Task { get; set; } = "left,right";

    public override int Fps { get; set; } = 10;

    public override IReadOnlyList<AssetSet> Assets => Files is null ? Sets : [Files];

    [JsonIgnore]
    public AssetSet? Files { get; set; }

    [JsonIgnore]
    public IReadOnlyList<AssetSet> Sets { get; set; } = [];

    /// <summary>Called at the beginning of each step.</summary>
    [JsonIgnore]
    public Action? OnStep { get; set; }

    /// <summary>Changes the reward of a step; null leaves it.</summary>
    [JsonIgnore]
    public Func<double, double>? Reward { get; init; }

    /// <summary>Called when an environment is made.</summary>
    [JsonIgnore]
    public Action? OnMake { get; init; }

    /// <summary>Called when an environment is disposed.</summary>
    [JsonIgnore]
    public Action? OnDispose { get; init; }

    /// <summary>Called before each frame of a video is rendered.</summary>
    [JsonIgnore]
    public Action? OnFrame { get; set; }

    /// <summary>The number of conditions of the goal; condition i holds where the point has passed (i + 1) / n.</summary>
    [JsonIgnore]
    public int Conditions { get; set; }

    /// <summary>Whether condition i holds at a position; null for the conditions that <see cref="Conditions"/> describes.</summary>
    [JsonIgnore]
    public Func<int, double, bool>? Holds { get; init; }

    /// <summary>The number of stored initial states; in state k the point starts at k / 10. Null for none.</summary>
    [JsonIgnore]
    public int? InitStates { get; set; }

    /// <summary>Whether two images are observed as well.</summary>
    [JsonIgnore]
    public bool Images { get; set; }

    /// <summary>Called when an environment of a task is made (true) or disposed (false).</summary>
    [JsonIgnore]
    public Action<EnvTask, bool>? OnLive { get; init; }

    /// <summary>Called when no further episode of a task will start.</summary>
    [JsonIgnore]
    public Action<EnvTask>? OnRelease { get; set; }

    /// <summary>The warning of every episode.</summary>
    [JsonIgnore]
    public string? Warning { get; init; }

    /// <summary>The SHA-256 of the simulator's library; null for none.</summary>
    [JsonIgnore]
    public string? Library { get; init; }

    /// <summary>Notes about the machine.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The device that renders the images; null where they are the same on every device.</summary>
    [JsonIgnore]
    public string? RenderingDevice { get; init; }

    /// <summary>Notes about that device.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> RenderingNotes { get; init; } = [];

    public override IBenchmark Open(AssetStore assets) => new WalkBenchmark(this);
}
