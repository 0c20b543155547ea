using Benchmarks.MuJoCo;
using MuJoCo;

namespace Benchmarks.MetaWorld;

/// <summary>The camera that LeRobot v0.6.1 observes: <c>corner2</c>, moved closer, its image rotated by 180 degrees.</summary>
internal static class LeRobotCamera
{
    private const string Name = "corner2";

    /// <summary>Moves the camera as LeRobot does; effective from the next kinematics pass.</summary>
    public static void Place(MjModel model) =>
        new Vec3(0.75, 0.075, 0.7).CopyTo(model.cam_pos.Slice(3 * model.Id(mjtObj.mjOBJ_CAMERA, Name), 3));

    /// <summary>Makes the camera.</summary>
    /// <param name="model">The model that is rendered.</param>
    /// <param name="samples">Samples per pixel; null for the model's.</param>
    /// <exception cref="EvalCore.EvalCoreException">Nothing on this machine can render; the line says what to install.</exception>
    public static Camera Make(MjModel model, int? samples = null) => new(
        model, Name, MetaWorldObservation.ImageSize, MetaWorldObservation.ImageSize, ImageRotation.Half, samples);
}
