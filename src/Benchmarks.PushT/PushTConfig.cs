using System.ComponentModel;
using System.Text.Json.Serialization;
using Chipmunk;
using EvalCore;
using EvalCore.Environments;

namespace Benchmarks.PushT;

/// <summary>LeRobot's <c>PushtEnv</c>: the flags <c>--env.*</c> of PushT.</summary>
public sealed class PushTConfig : EnvConfig
{
    private const string OnlyTask = "PushT-v0";

    internal static readonly ActionSpace Actions = new(2, 0, 512);

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Type => "pusht";

    /// <inheritdoc/>
    public override string Task { get; set; } = OnlyTask;

    /// <inheritdoc/>
    public override int Fps { get; set; } = 10;

    /// <summary>The time limit in steps.</summary>
    [Description("the time limit in steps")]
    public int EpisodeLength { get; set; } = 300;

    /// <summary>
    /// What is observed: <c>pixels_agent_pos</c>, <c>environment_state_agent_pos</c>, <c>pixels</c> or <c>state</c>.
    /// (LeRobot's own evaluation fails with the last two; here they work.)
    /// </summary>
    [Description("pixels_agent_pos, environment_state_agent_pos, pixels or state")]
    public string ObsType { get; set; } = "pixels_agent_pos";

    /// <summary>How it is rendered: only <c>rgb_array</c>.</summary>
    [Description("only rgb_array")]
    public string RenderMode { get; set; } = "rgb_array";

    /// <summary>Columns of the video, 96 to 2048.</summary>
    [Description("columns of the video, 96 to 2048")]
    public int VisualizationWidth { get; set; } = 384;

    /// <summary>Rows of the video, 96 to 2048.</summary>
    [Description("rows of the video, 96 to 2048")]
    public int VisualizationHeight { get; set; } = 384;

    /// <summary>Without effect, as in LeRobot: the observed picture has 96 rows.</summary>
    [Description("without effect, as in LeRobot: the observed picture has 96 rows")]
    public int ObservationHeight { get; set; } = 384;

    /// <summary>Without effect, as in LeRobot: the observed picture has 96 columns.</summary>
    [Description("without effect, as in LeRobot: the observed picture has 96 columns")]
    public int ObservationWidth { get; set; } = 384;

    /// <inheritdoc/>
    [JsonIgnore]
    public override ObservationSpace ObservationSpace => PushTObservation.Of(ObsType);

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, ObservationSpace> ObservationSpaces() =>
        PushTObservation.Types.ToDictionary(type => $"--env.obs_type={type}", PushTObservation.Of);

    /// <inheritdoc/>
    [JsonIgnore]
    public override ActionSpace ActionSpace => Actions;

    /// <inheritdoc/>
    [JsonIgnore]
    public override IReadOnlyDictionary<string, string> EngineVersions { get; } =
        new Dictionary<string, string> { ["chipmunk"] = ChipmunkLibrary.Version };

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        _ = ObservationSpace;
        if (EpisodeLength < 1)
            throw new EvalCoreException($"--env.episode_length={EpisodeLength}: expected 1 or more");
        if (RenderMode != "rgb_array")
            throw new EvalCoreException($"--env.render_mode={RenderMode}: expected rgb_array");
        CheckSize(VisualizationHeight, "height");
        CheckSize(VisualizationWidth, "width");
    }

    /// <inheritdoc/>
    public override IReadOnlyList<EnvTask> Tasks() =>
        Task == OnlyTask
            ? [new EnvTask(Type, Type, 0, OnlyTask, "")]
            : throw new EvalCoreException($"--env.task={Task}: PushT has one task, {OnlyTask}");

    /// <inheritdoc/>
    public override IEnvironment Make(EnvTask task) => new PushTEnvironment(ObsType, EpisodeLength);

    /// <inheritdoc/>
    public override IFrameRenderer MakeRenderer(EnvTask task) =>
        new PushTRenderer(VisualizationHeight, VisualizationWidth);

    private static void CheckSize(int size, string which)
    {
        // In smaller frames the original fails: the marker of the action would be less than a pixel thick.
        if (size is < 96 or > 2048)
            throw new EvalCoreException($"--env.visualization_{which}={size}: expected 96 to 2048 pixels");
    }
}
