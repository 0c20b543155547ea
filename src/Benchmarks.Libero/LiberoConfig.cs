using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Benchmarks.Libero.Bddl;
using Benchmarks.Libero.Tasks;
using EvalCore;
using EvalCore.Assets;
using EvalCore.Environments;
using EvalCore.Options;

namespace Benchmarks.Libero;

/// <summary>LeRobot's <c>LiberoEnv</c> (v0.6.1): the flags <c>--env.*</c> of LIBERO.</summary>
public sealed class LiberoConfig : EnvConfig
{
    private const int MaxImageSize = 4096;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Type => "libero";

    /// <inheritdoc/>
    [JsonIgnore]
    public override (double Low, double High)? RewardRange => (0, 1);

    /// <summary>Composing and compiling the scene of a task takes one to several seconds.</summary>
    [JsonIgnore]
    public override bool CompilesSlowly => true;

    /// <summary>
    /// Suites (<c>libero_spatial</c>, <c>libero_object</c>, <c>libero_goal</c>, <c>libero_10</c>, <c>libero_90</c>) and tasks,
    /// separated by commas.
    /// </summary>
    [Description("suites (libero_spatial, libero_object, libero_goal, libero_10, libero_90), tasks, or a comma-separated list of them; see evalcore list libero")]
    public override string Task { get; set; } = "libero_10";

    /// <summary>Which tasks of each suite, by number; null for all.</summary>
    [Description("which tasks of each suite, by number, for example [0,3]; all by default")]
    public IReadOnlyList<int>? TaskIds { get; set; }

    /// <summary>Control steps per second, and frames per second of the video.</summary>
    [Description("control steps per second, and frames per second of the video: 20, as in LIBERO's demonstrations")]
    public override int Fps { get; set; } = LiberoEnvironment.ControlFrequency;

    /// <summary>The most steps of an episode; null for LeRobot's limit of each suite: 280, 280, 300, 520, 400.</summary>
    [Description("the most steps of an episode; by default the limit of the suite: 280, 280, 300, 520 or 400")]
    [Range(1, LiberoEnvironment.Horizon)]
    public int? EpisodeLength { get; set; }

    /// <summary>What is observed.</summary>
    [Description("what is observed")]
    [AllowedValues(LiberoObservation.PixelsAgentPos, LiberoObservation.Pixels)]
    public string ObsType { get; set; } = LiberoObservation.PixelsAgentPos;

    /// <summary>Gymnasium's <c>render_mode</c>: only <c>rgb_array</c>.</summary>
    [Description("Gymnasium's render_mode")]
    [AllowedValues("rgb_array")]
    public string RenderMode { get; set; } = "rgb_array";

    /// <summary>The cameras that are observed, separated by commas. Videos show the first.</summary>
    [Description("the cameras that are observed, separated by commas; videos show the first")]
    public string CameraName { get; set; } = $"{LiberoObservation.AgentView},{LiberoObservation.EyeInHand}";

    /// <summary>The name of each camera's image in the observation; by default <c>image</c> and <c>image2</c>.</summary>
    [Description("the name of each camera's image in the observation, as JSON: {\"agentview_image\": \"front\", \"robot0_eye_in_hand_image\": \"wrist\"}")]
    public IReadOnlyDictionary<string, string>? CameraNameMapping { get; set; }

    /// <summary>Whether episodes start from LIBERO's stored initial states; otherwise the seed places the objects.</summary>
    [Description("start from LIBERO's stored initial states; otherwise the seed places the objects")]
    public bool InitStates { get; set; } = true;

    /// <summary>Accepted, as in LeRobot; both values give the result of a hard reset.</summary>
    [Description("both values give the result of a hard reset, which costs nothing here")]
    public bool HardReset { get; set; } = true;

    /// <summary>Rows of the images.</summary>
    [Description("rows of the images")]
    [Range(1, MaxImageSize)]
    public int ObservationHeight { get; set; } = 360;

    /// <summary>Pixels per row of the images.</summary>
    [Description("pixels per row of the images")]
    [Range(1, MaxImageSize)]
    public int ObservationWidth { get; set; } = 360;

    /// <summary>What an action means.</summary>
    [Description("what an action's first six numbers are: changes of the gripper's pose, or the pose itself")]
    public ControlMode ControlMode { get; set; }

    /// <summary>A BDDL file with a task of one's own, in place of <see cref="Task"/>. The seed places its objects.</summary>
    [Placeholder("FILE")]
    [Description("a BDDL file with a task of your own, in place of --env.task; the seed places its objects")]
    public string? BddlFile { get; set; }

    /// <summary>LeRobot's switch for LIBERO-plus, whose files are others: only false.</summary>
    [Description("LIBERO-plus, whose files are others, is not supported")]
    public bool IsLiberoPlus { get; set; }

    /// <summary>The files of the suites that <see cref="Task"/> names, and those of the robot.</summary>
    [JsonIgnore]
    public override IReadOnlyList<AssetSet> Assets => BddlFile is null
        ? [.. Catalog.Select(Task, TaskIds).Select(task => task.Suite.Name).Distinct().Select(LiberoAssets.Libero.Part), LiberoAssets.Robosuite]
        : [LiberoAssets.Libero, LiberoAssets.Robosuite];

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        if (IsLiberoPlus)
            throw new EvalCoreException("--env.is_libero_plus=true: LIBERO-plus is not supported; leave it out");
        _ = new LiberoObservation(this);
        if (Fps != LiberoEnvironment.ControlFrequency)
        {
            throw new EvalCoreException(
                $"--env.fps={Fps}: LeRobot would control the robot at this rate, EvalCore does at {LiberoEnvironment.ControlFrequency} steps per second alone, as in LIBERO's demonstrations: leave it out");
        }

        if (BddlFile is null)
            _ = Catalog.Select(Task, TaskIds);
        else if (TaskIds is not null)
            throw new EvalCoreException("--env.task_ids numbers the tasks of a suite, and --env.bddl_file is a task: leave one of them out");
        else
            CheckOwnTask(BddlFile);
        if (!HardReset && (!InitStates || BddlFile is not null))
            throw new EvalCoreException("--env.hard_reset=false needs stored initial states, as in LeRobot: leave it out");
    }

    /// <summary>Makes the benchmark. The names of tasks are checked when its tasks are read: all tasks can be listed without one.</summary>
    /// <inheritdoc/>
    public override IBenchmark Open(AssetStore assets)
    {
        OptionProperty.Check(this, "env.");
        return new LiberoBenchmark(this, assets);
    }

    /// <summary>Reads a user's own file, so that a mistake in it is found before a policy is loaded.</summary>
    private static void CheckOwnTask(string file)
    {
        if (Directory.Exists(file))
            throw new EvalCoreException($"--env.bddl_file={file}: is a folder; name a BDDL file");
        if (!File.Exists(file))
            throw new EvalCoreException($"--env.bddl_file={file}: there is no such file");

        // A named pipe has no length either: reading it would wait for its writer.
        if (new FileInfo(file) is { Length: 0, LinkTarget: null })
            throw new EvalCoreException($"--env.bddl_file={file}: is empty (0 bytes)");
        _ = BddlReader.Read(file);
    }
}
