using EvalCore.Environments;

namespace Benchmarks.MetaWorld;

/// <summary>What Meta-World observes, in LeRobot's names.</summary>
public static class MetaWorldObservation
{
    /// <summary>The image of camera corner2, 480 x 480, rotated by 180 degrees as in LeRobot.</summary>
    public const string Image = "observation.image";

    /// <summary>The hand's position, metres, and the opening of the fingers, 0 to 1, [4].</summary>
    public const string State = "observation.state";

    /// <summary>
    /// Meta-World's own observation, [39]: 18 numbers of the present state (hand 3, fingers 1, objects 14), the 18 numbers of
    /// the step before, the target 3. LeRobot has no such field; the scripted experts read it.
    /// </summary>
    public const string EnvironmentState = "observation.environment_state";

    /// <summary>Rows and columns of the image.</summary>
    public const int ImageSize = 480;

    internal const string PixelsAgentPos = "pixels_agent_pos";
    internal const string Pixels = "pixels";

    private static readonly ObservationField ImageField = ObservationField.Image(Image, ImageSize, ImageSize);
    private static readonly ObservationField HandState = ObservationField.Vector(State, 4, "hand x, y, z (m), finger opening (0 to 1)");
    private static readonly ObservationField Whole = ObservationField.Vector(
        EnvironmentState, MetaWorldEnvironment.ObservationLength, "hand, fingers, objects (m, quaternions), now and one step before; target (m)");

    /// <summary>The observation types: the values of <c>--env.obs_type</c>.</summary>
    public static ObservationTypes Types { get; } = new(new Dictionary<string, ObservationSpace>
    {
        [PixelsAgentPos] = new(ImageField, HandState, Whole),
        [Pixels] = new(ImageField, Whole),
    });
}
