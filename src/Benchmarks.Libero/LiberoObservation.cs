using EvalCore;
using EvalCore.Environments;
using EvalCore.Options;

namespace Benchmarks.Libero;

/// <summary>
/// What LIBERO observes, as a policy gets it: after LeRobot's <c>LiberoProcessorStep</c> (v0.6.1,
/// <c>processor/env_processor.py</c>), which turns each image by 180 degrees and makes one state of the robot's.
/// </summary>
public sealed class LiberoObservation
{
    /// <summary>
    /// The robot's state, [8], float32: the gripper's position (m), its orientation as axis times angle (rad), the positions of
    /// the two fingers (m).
    /// </summary>
    public const string State = "observation.state";

    /// <summary>The gripper's position, [3], float64, metres: <c>robot0_eef_pos</c>.</summary>
    public const string EefPosition = "observation.robot_state.eef.pos";

    /// <summary>The hand's orientation, [4], float64: x, y, z, w of <c>robot0_eef_quat</c>.</summary>
    public const string EefQuaternion = "observation.robot_state.eef.quat";

    /// <summary>The positions of the two fingers, [2], float64, metres: <c>robot0_gripper_qpos</c>.</summary>
    public const string GripperQpos = "observation.robot_state.gripper.qpos";

    /// <summary>
    /// The orientation of the hand, [9]: a rotation matrix, row by row, as LeRobot's observation has it. X-VLA policies read it;
    /// without such a policy it costs nothing.
    /// </summary>
    public const string EefMatrix = "observation.robot_state.eef.mat";

    /// <summary>The camera in front of the robot.</summary>
    public const string AgentView = "agentview_image";

    /// <summary>The camera at the hand.</summary>
    public const string EyeInHand = "robot0_eye_in_hand_image";

    /// <summary>The length of <see cref="State"/>.</summary>
    public const int StateLength = 8;

    internal const string PixelsAgentPos = "pixels_agent_pos";
    internal const string Pixels = "pixels";

    private const string ImagePrefix = "observation.images.";
    private const string Suffix = "_image";

    private static readonly IReadOnlyDictionary<string, string> DefaultNames =
        new Dictionary<string, string> { [AgentView] = "image", [EyeInHand] = "image2" };

    private readonly OrderedDictionary<string, string> _cameras = [];

    /// <summary>Reads the flags.</summary>
    /// <exception cref="EvalCoreException">There is no such camera, or an image has no name; the line names the flag.</exception>
    internal LiberoObservation(LiberoConfig config)
    {
        var names = config.CameraNameMapping ?? DefaultNames;
        foreach (string camera in names.Keys)
            Check("--env.camera_name_mapping", camera);
        string[] cameras = [.. config.CameraName.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct()];
        if (cameras.Length == 0)
            throw new EvalCoreException($"--env.camera_name is empty: give {AgentView}, {EyeInHand}, or both separated by a comma");
        foreach (string camera in cameras)
        {
            Check("--env.camera_name", camera);
            if (!names.TryGetValue(camera, out string? name) || name.Length == 0)
                throw new EvalCoreException($"--env.camera_name_mapping has no name for the camera {camera}: add \"{camera}\": \"{DefaultNames[camera]}\"");
            if (!_cameras.TryAdd(ImagePrefix + name, camera[..^Suffix.Length]))
                throw new EvalCoreException($"--env.camera_name_mapping gives two cameras the name '{name}': give each its own");
        }

        ObservationField[] images = [.. _cameras.Keys.Select(key => ObservationField.Image(key, config.ObservationHeight, config.ObservationWidth))];
        Types = new ObservationTypes(new Dictionary<string, ObservationSpace>
        {
            [PixelsAgentPos] = new(
            [
                .. images,
                ObservationField.Vector(State, StateLength, "gripper x, y, z (m), axis times angle (rad), fingers (m)"),
                ObservationField.Vector(EefPosition, 3, "gripper x, y, z (m)"),
                ObservationField.Vector(EefQuaternion, 4, "hand's quaternion x, y, z, w"),
                ObservationField.Vector(GripperQpos, 2, "fingers (m)"),
                ObservationField.Vector(EefMatrix, 9, "rotation matrix of the hand"),
            ]),
            [Pixels] = new(images),
        });
        Space = Types[config.ObsType];
    }

    /// <summary>The observation types: the values of <c>--env.obs_type</c>.</summary>
    internal ObservationTypes Types { get; }

    /// <summary>The observation space of the flags.</summary>
    internal ObservationSpace Space { get; }

    /// <summary>The name in the model of the camera of each image, by the image's key in the observation; in the order of the flag.</summary>
    internal IReadOnlyDictionary<string, string> Cameras => _cameras;

    /// <summary>The number of an image, by its key in the observation; -1 when there is none.</summary>
    internal int ImageIndex(string key) => _cameras.IndexOf(key);

    private static void Check(string flag, string camera)
    {
        if (!DefaultNames.ContainsKey(camera))
            throw new EvalCoreException($"{flag}: LIBERO has no camera '{camera}'; its cameras are {AgentView} and {EyeInHand}{Nearest.Hint(camera, DefaultNames.Keys)}");
    }
}
