using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using EvalCore.Assets;
using EvalCore.Environments;

namespace Benchmarks.PushT;

/// <summary>LeRobot's <c>PushtEnv</c>: the flags <c>--env.*</c> of PushT.</summary>
public sealed class PushTConfig : EnvConfig
{
    internal const string OnlyTask = "PushT-v0";

    // In a smaller frame gym-pusht fails: the marker of the action would be less than a pixel thick.
    private const int SmallestFrame = 96;
    private const int LargestFrame = 2048;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Type => "pusht";

    /// <inheritdoc/>
    [JsonIgnore]
    public override (double Low, double High)? RewardRange => (0, 1);

    /// <inheritdoc/>
    [Description("the only task: PushT-v0")]
    [AllowedValues(OnlyTask)]
    public override string Task { get; set; } = OnlyTask;

    /// <inheritdoc/>
    public override int Fps { get; set; } = 10;

    /// <summary>The time limit in steps.</summary>
    [Description("the time limit in steps")]
    [Range(1, int.MaxValue)]
    public int EpisodeLength { get; set; } = 300;

    /// <summary>
    /// What is observed. LeRobot's own evaluation fails with <c>pixels</c> and with <c>state</c>; here they work.
    /// </summary>
    [Description("what is observed")]
    [AllowedValues(
        PushTObservation.PixelsAgentPos, PushTObservation.EnvironmentStateAgentPos, PushTObservation.Pixels, PushTObservation.FullState)]
    public string ObsType { get; set; } = PushTObservation.PixelsAgentPos;

    /// <summary>Gymnasium's <c>render_mode</c>: only <c>rgb_array</c>.</summary>
    [Description("Gymnasium's render_mode")]
    [AllowedValues("rgb_array")]
    public string RenderMode { get; set; } = "rgb_array";

    /// <summary>Columns of the video's frames, pixels.</summary>
    [Description("columns of the video's frames, pixels")]
    [Range(SmallestFrame, LargestFrame)]
    public int VisualizationWidth { get; set; } = 384;

    /// <summary>Rows of the video's frames, pixels.</summary>
    [Description("rows of the video's frames, pixels")]
    [Range(SmallestFrame, LargestFrame)]
    public int VisualizationHeight { get; set; } = 384;

    /// <summary>Has no effect, as in LeRobot: the observed image has 96 rows.</summary>
    [Description("no effect, as in LeRobot: the observed image has 96 rows")]
    public int ObservationHeight { get; set; } = 384;

    /// <summary>Has no effect, as in LeRobot: the observed image has 96 columns.</summary>
    [Description("no effect, as in LeRobot: the observed image has 96 columns")]
    public int ObservationWidth { get; set; } = 384;

    /// <inheritdoc/>
    public override IBenchmark Open(AssetStore assets)
    {
        Validate();
        return new PushTBenchmark(this);
    }
}
