using EvalCore.Environments;

namespace Benchmarks.PushT;

/// <summary>What PushT observes, in LeRobot's names. Lengths are in environment units: pixels of the 512 x 512 table.</summary>
public static class PushTObservation
{
    /// <summary>The image, 96 x 96.</summary>
    public const string Image = "observation.image";

    /// <summary>The corners of the block's bar and stem, [16]: x0, y0, ..., x7, y7, environment units.</summary>
    public const string EnvironmentState = "observation.environment_state";

    /// <summary>
    /// The agent's position, [2]: x, y. For <c>obs_type=state</c> [5]: agent x, y, block x, y, and the block's angle in
    /// [0, 2 pi).
    /// </summary>
    public const string State = "observation.state";

    /// <summary>
    /// Rows and columns of the image. LeRobot's <c>observation_height</c> and <c>observation_width</c> do not reach the
    /// environment.
    /// </summary>
    public const int ImageSize = 96;

    internal const string PixelsAgentPos = "pixels_agent_pos";
    internal const string EnvironmentStateAgentPos = "environment_state_agent_pos";
    internal const string Pixels = "pixels";
    internal const string FullState = "state";

    private static readonly ObservationField ImageField = ObservationField.Image(Image, ImageSize, ImageSize);
    private static readonly ObservationField AgentPos = ObservationField.Vector(State, 2, "agent x, y (px)");

    /// <summary>The observation types: the values of <c>--env.obs_type</c>.</summary>
    public static ObservationTypes Types { get; } = new(new Dictionary<string, ObservationSpace>
    {
        [PixelsAgentPos] = new(ImageField, AgentPos),
        [EnvironmentStateAgentPos] = new(
            ObservationField.Vector(EnvironmentState, Physics.Keypoints.Length, "x, y of the block's 8 corners (px)"), AgentPos),
        [Pixels] = new(ImageField),
        [FullState] = new(ObservationField.Vector(State, 5, "agent x, y (px), block x, y (px), block angle (rad)")),
    });
}
