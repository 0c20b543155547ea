using EvalCore;
using EvalCore.Environments;

namespace Benchmarks.PushT;

/// <summary>What PushT observes, in LeRobot's names.</summary>
public static class PushTObservation
{
    /// <summary>The picture, 96 x 96.</summary>
    public const string Image = "observation.image";

    /// <summary>The corners of the block's bar and stem: x0, y0, ..., x7, y7, world units.</summary>
    public const string EnvironmentState = "observation.environment_state";

    /// <summary>
    /// The agent's position x, y; for <c>obs_type=state</c> agent x, y, block x, y, and the block's angle in [0, 2 pi).
    /// </summary>
    public const string State = "observation.state";

    /// <summary>
    /// Rows and columns of the picture. LeRobot's <c>observation_height</c> and <c>observation_width</c> do not reach
    /// the environment.
    /// </summary>
    public const int ImageSize = 96;

    private static readonly Dictionary<string, ObservationSpace> Spaces = new()
    {
        ["pixels_agent_pos"] = new(
            ObservationField.Image(Image, ImageSize, ImageSize), ObservationField.Vector(State, 2)),
        ["environment_state_agent_pos"] = new(
            ObservationField.Vector(EnvironmentState, Physics.Keypoints.Length), ObservationField.Vector(State, 2)),
        ["pixels"] = new(ObservationField.Image(Image, ImageSize, ImageSize)),
        ["state"] = new(ObservationField.Vector(State, 5)),
    };

    /// <summary>The observation types.</summary>
    public static IReadOnlyCollection<string> Types => Spaces.Keys;

    /// <summary>The fields of an observation type.</summary>
    /// <exception cref="EvalCoreException">There is no such type.</exception>
    public static ObservationSpace Of(string type) =>
        Spaces.TryGetValue(type, out var space)
            ? space
            : throw new EvalCoreException($"--env.obs_type={type}: expected one of {string.Join(", ", Types)}");
}
