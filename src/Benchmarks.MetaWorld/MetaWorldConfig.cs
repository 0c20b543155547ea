using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Benchmarks.MetaWorld.Tasks;
using EvalCore;
using EvalCore.Assets;
using EvalCore.Environments;
using EvalCore.Options;

namespace Benchmarks.MetaWorld;

/// <summary>LeRobot's <c>MetaworldEnv</c>: the flags <c>--env.*</c> of Meta-World.</summary>
public sealed class MetaWorldConfig : EnvConfig
{
    private const string DefaultTask = "metaworld-push-v2";

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Type => "metaworld";

    /// <inheritdoc/>
    [JsonIgnore]
    public override (double Low, double High)? RewardRange => (0, 10);

    /// <summary>
    /// Tasks and groups (<c>easy</c>, <c>medium</c>, <c>hard</c>, <c>very_hard</c>, <c>MT50</c>), separated by commas. The
    /// default is LeRobot's, although no task has that name.
    /// </summary>
    [Description("tasks, groups (easy, medium, hard, very_hard, MT50), or a comma-separated list of them; see evalcore list metaworld")]
    public override string Task { get; set; } = DefaultTask;

    /// <inheritdoc/>
    public override int Fps { get; set; } = 80;

    /// <summary>Has no effect, as in LeRobot: an episode has at most 500 steps.</summary>
    [Description("no effect, as in LeRobot: an episode has at most 500 steps")]
    public int EpisodeLength { get; set; } = 400;

    /// <summary>What is observed.</summary>
    [Description("what is observed")]
    [AllowedValues(MetaWorldObservation.PixelsAgentPos, MetaWorldObservation.Pixels)]
    public string ObsType { get; set; } = MetaWorldObservation.PixelsAgentPos;

    /// <summary>Gymnasium's <c>render_mode</c>: only <c>rgb_array</c>.</summary>
    [Description("Gymnasium's render_mode")]
    [AllowedValues("rgb_array")]
    public string RenderMode { get; set; } = "rgb_array";

    /// <summary>Has no effect, as in LeRobot: several tasks are always evaluated one after the other.</summary>
    [Description("no effect, as in LeRobot: tasks are evaluated one after the other")]
    public bool MultitaskEval { get; set; } = true;

    /// <inheritdoc/>
    [JsonIgnore]
    public override IReadOnlyList<AssetSet> Assets => [MetaWorldAssets.Set];

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        if (Task == DefaultTask)
        {
            throw new EvalCoreException(
                $"--env.task is missing: LeRobot's default, {DefaultTask}, is no task of Meta-World; give tasks or groups, for example --env.task=push-v3 (see evalcore list metaworld)");
        }

        _ = Catalog.EnvTasks(Type, Task);
    }

    /// <summary>Makes the benchmark. The names of tasks are checked when its tasks are read: all tasks can be listed without one.</summary>
    /// <inheritdoc/>
    public override IBenchmark Open(AssetStore assets)
    {
        OptionProperty.Check(this, "env.");
        return new MetaWorldBenchmark(this, assets);
    }
}
