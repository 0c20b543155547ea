using System.ComponentModel;
using System.Text.Json.Serialization;
using Benchmarks.MetaWorld.Tasks;
using EvalCore;
using EvalCore.Assets;
using EvalCore.Environments;
using MuJoCo;

namespace Benchmarks.MetaWorld;

/// <summary>LeRobot's <c>MetaworldEnv</c>: the flags <c>--env.*</c> of Meta-World.</summary>
public sealed class MetaWorldConfig : EnvConfig
{
    internal static readonly ActionSpace Actions = new(4, -1, 1);

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Type => "metaworld";

    /// <summary>
    /// Tasks and groups (<c>easy</c>, <c>medium</c>, <c>hard</c>, <c>very_hard</c>, <c>MT50</c>), separated by commas.
    /// LeRobot's default is kept although no task has that name.
    /// </summary>
    [Description("tasks, groups (easy, medium, hard, very_hard, MT50), or a comma-separated list of them; see evalcore list metaworld")]
    public override string Task { get; set; } = "metaworld-push-v2";

    /// <inheritdoc/>
    public override int Fps { get; set; } = 80;

    /// <summary>Without effect, as in LeRobot: an episode has at most 500 steps.</summary>
    [Description("without effect, as in LeRobot: an episode has at most 500 steps")]
    public int EpisodeLength { get; set; } = 400;

    /// <summary>What is observed: <c>pixels_agent_pos</c> or <c>pixels</c>.</summary>
    [Description("pixels_agent_pos or pixels")]
    public string ObsType { get; set; } = "pixels_agent_pos";

    /// <summary>How it is rendered: only <c>rgb_array</c>.</summary>
    [Description("only rgb_array")]
    public string RenderMode { get; set; } = "rgb_array";

    /// <summary>Without effect, as in LeRobot: several tasks are always evaluated one after the other.</summary>
    [Description("without effect, as in LeRobot: tasks are evaluated one after the other")]
    public bool MultitaskEval { get; set; } = true;

    /// <inheritdoc/>
    [JsonIgnore]
    public override ObservationSpace ObservationSpace => MetaWorldObservation.Of(ObsType);

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, ObservationSpace> ObservationSpaces() =>
        MetaWorldObservation.Types.ToDictionary(type => $"--env.obs_type={type}", MetaWorldObservation.Of);

    /// <inheritdoc/>
    [JsonIgnore]
    public override ActionSpace ActionSpace => Actions;

    /// <inheritdoc/>
    [JsonIgnore]
    public override AssetSet Assets => MetaWorldAssets.Set;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string? RenderingDevice
    {
        get
        {
            try
            {
                return Renderer.Device;
            }
            catch (MujocoException)
            {
                return null;
            }
        }
    }

    /// <inheritdoc/>
    [JsonIgnore]
    public override IReadOnlyDictionary<string, string> EngineVersions { get; } =
        new Dictionary<string, string> { ["mujoco"] = Mujoco.RequiredVersion, ["metaworld"] = "3.0.0" };

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        _ = ObservationSpace;
        if (RenderMode != "rgb_array")
            throw new EvalCoreException($"--env.render_mode={RenderMode}: expected rgb_array");
    }

    /// <inheritdoc/>
    public override IReadOnlyList<EnvTask> AllTasks() =>
        [.. Catalog.Groups.Keys.Where(group => group != Catalog.Everything).SelectMany(EnvTasks)];

    /// <inheritdoc/>
    public override IReadOnlyList<EnvTask> Tasks()
    {
        const StringSplitOptions Trimmed = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        string[] groups = [.. Task.Split(',', Trimmed).Distinct()];
        if (groups.Length == 0)
        {
            throw new EvalCoreException(
                "--env.task is empty: give tasks or groups of Meta-World, for example push-v3 or easy,medium");
        }

        return [.. groups.SelectMany(EnvTasks)];
    }

    /// <inheritdoc/>
    public override IEnvironment Make(EnvTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return new MetaWorldEnvironment(task.Name, ObsType);
    }

    /// <inheritdoc/>
    public override IFrameRenderer MakeRenderer(EnvTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return new MetaWorldRenderer(task.Name);
    }

    private IEnumerable<EnvTask> EnvTasks(string group) =>
        Catalog.Members(group).Select((task, id) => new EnvTask(Type, group, id, task.Name, task.Description));
}
