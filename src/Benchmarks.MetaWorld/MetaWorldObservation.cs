using EvalCore;
using EvalCore.Environments;

namespace Benchmarks.MetaWorld;

/// <summary>What Meta-World observes, in LeRobot's names.</summary>
public static class MetaWorldObservation
{
    /// <summary>The picture of camera corner2, 480 x 480, turned as LeRobot turns it.</summary>
    public const string Image = "observation.image";

    /// <summary>The hand's x, y, z in metres and the opening of the fingers, 0 to 1.</summary>
    public const string State = "observation.state";

    /// <summary>
    /// All 39 numbers of Meta-World: 18 of now (hand 3, fingers 1, objects 14), 18 of the step before, the target 3.
    /// LeRobot has no such field; the scripted experts read it.
    /// </summary>
    public const string EnvironmentState = "observation.environment_state";

    /// <summary>Rows and columns of the picture.</summary>
    public const int ImageSize = 480;

    private static readonly ObservationField Picture = ObservationField.Image(Image, ImageSize, ImageSize);
    private static readonly ObservationField Whole =
        ObservationField.Vector(EnvironmentState, MetaWorldEnvironment.ObservationLength);

    private static readonly Dictionary<string, ObservationSpace> Spaces = new()
    {
        ["pixels_agent_pos"] = new(Picture, ObservationField.Vector(State, 4), Whole),
        ["pixels"] = new(Picture, Whole),
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
