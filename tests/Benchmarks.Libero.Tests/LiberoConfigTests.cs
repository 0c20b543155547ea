using EvalCore;
using EvalCore.Environments;

namespace Benchmarks.Libero.Tests;

/// <summary>The flags, without files or simulator.</summary>
public sealed class LiberoConfigTests
{
    private static readonly string[] RobotState =
        [LiberoObservation.EefPosition, LiberoObservation.EefQuaternion, LiberoObservation.GripperQpos, LiberoObservation.EefMatrix];

    [Fact]
    public void The_observation_has_two_images_and_the_robots_state()
    {
        var space = new LiberoObservation(new LiberoConfig()).Space;
        Assert.Equal(["observation.images.image", "observation.images.image2", "observation.state", .. RobotState], space.Select(field => field.Key));
        Assert.Equal([360, 360, 3], space[0].Shape);
        Assert.Equal([8], space[2].Shape);
    }

    [Fact]
    public void Pixels_has_images_only() =>
        Assert.All(new LiberoObservation(new LiberoConfig { ObsType = "pixels" }).Space, field => Assert.Equal(ObservationKind.Image, field.Kind));

    [Fact]
    public void Cameras_can_be_chosen_and_their_images_named()
    {
        var observation = new LiberoObservation(new LiberoConfig
        {
            CameraName = " robot0_eye_in_hand_image , agentview_image ",
            CameraNameMapping = new Dictionary<string, string> { ["agentview_image"] = "front", ["robot0_eye_in_hand_image"] = "wrist" },
            ObservationHeight = 256,
            ObservationWidth = 320,
        });
        Assert.Equal(["observation.images.wrist", "observation.images.front", "observation.state", .. RobotState], observation.Space.Select(field => field.Key));
        Assert.Equal("robot0_eye_in_hand", observation.Cameras["observation.images.wrist"]);
        Assert.Equal([256, 320, 3], observation.Space[0].Shape);
    }

    public static TheoryData<LiberoConfig, string> BadFlags => new()
    {
        { new() { CameraName = "agentveiw_image" }, "--env.camera_name: LIBERO has no camera 'agentveiw_image'; its cameras are agentview_image and robot0_eye_in_hand_image; did you mean 'agentview_image'?" },
        { new() { CameraName = "," }, "--env.camera_name is empty: give agentview_image, robot0_eye_in_hand_image, or both separated by a comma" },
        { new() { CameraNameMapping = new Dictionary<string, string> { ["agentview_image"] = "a" } }, "--env.camera_name_mapping has no name for the camera robot0_eye_in_hand_image: add \"robot0_eye_in_hand_image\": \"image2\"" },
        { new() { CameraNameMapping = new Dictionary<string, string> { ["agentview_image"] = "a", ["robot0_eye_in_hand_image"] = "a" } }, "--env.camera_name_mapping gives two cameras the name 'a': give each its own" },
        { new() { CameraNameMapping = new Dictionary<string, string> { ["agentview"] = "a" } }, "--env.camera_name_mapping: LIBERO has no camera 'agentview'; its cameras are agentview_image and robot0_eye_in_hand_image" },
        { new() { HardReset = false, InitStates = false }, "--env.hard_reset=false needs stored initial states, as in LeRobot: leave it out" },
        { new() { IsLiberoPlus = true }, "--env.is_libero_plus=true: LIBERO-plus is not supported; leave it out" },
        { new() { BddlFile = "/nowhere/x.bddl" }, "--env.bddl_file=/nowhere/x.bddl: there is no such file" },
        { new() { BddlFile = "/" }, "--env.bddl_file=/: is a folder; name a BDDL file" },
        { new() { BddlFile = "/dev/null" }, "--env.bddl_file=/dev/null: is empty (0 bytes)" },
        { new() { Task = "libero_11" }, "--env.task=libero_11: LIBERO has no such suite or task; did you mean 'libero_10'? (suites: libero_spatial, libero_object, libero_goal, libero_10, libero_90)" },
        { new() { ObsType = "state" }, "--env.obs_type: 'state' is not one of pixels_agent_pos, pixels" },
        { new() { Fps = 30 }, "--env.fps=30: LeRobot would control the robot at this rate, EvalCore does at 20 steps per second alone, as in LIBERO's demonstrations: leave it out" },
        { new() { EpisodeLength = 991 }, "--env.episode_length: '991' is not a whole number, 1 to 990 (or null)" },
    };

    [Theory]
    [MemberData(nameof(BadFlags))]
    public void Bad_flags_are_refused_in_one_line(LiberoConfig config, string line) =>
        Assert.Equal(line, Assert.Throws<EvalCoreException>(config.Validate).Message);
}
