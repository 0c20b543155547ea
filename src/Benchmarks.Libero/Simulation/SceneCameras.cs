using Benchmarks.MuJoCo;
using MuJoCo;

namespace Benchmarks.Libero.Simulation;

/// <summary>
/// Renders the observed images of a scene: several cameras with one renderer, so that meshes and textures are uploaded once.
/// Several threads may render, one after the other; rendering allocates nothing.
/// </summary>
internal sealed class SceneCameras : IDisposable
{
    private readonly Lock _rendering = new();
    private readonly MjData _poses;
    private readonly Renderer _renderer;
    private readonly Camera[] _cameras;

    /// <summary>Makes the cameras.</summary>
    /// <param name="model">The model, after <see cref="LiberoCamera.HideSites"/>.</param>
    /// <param name="names">The names of its cameras.</param>
    /// <param name="height">Rows of an image.</param>
    /// <param name="width">Pixels per row.</param>
    /// <param name="rotation">
    /// How images are stored: <see cref="ImageRotation.BottomUp"/> as LIBERO returns them, <see cref="ImageRotation.Mirrored"/> as
    /// LeRobot gives them to a policy.
    /// </param>
    /// <exception cref="KeyNotFoundException">The model has no camera of that name.</exception>
    /// <exception cref="EvalCore.EvalCoreException">Nothing on this machine can render; the line says what to install.</exception>
    public SceneCameras(
        MjModel model, IEnumerable<string> names, int height, int width, ImageRotation rotation)
    {
        _renderer = LiberoCamera.MakeRenderer(model, height, width);
        try
        {
            // Not the simulation's data: an image is rendered after the step, when those have gone on by a sub-step.
            _poses = new MjData(model);
            _poses.Forward();
            _cameras = [.. names.Select(name => new Camera(_renderer, name, rotation, leaveOpen: true))];
        }
        catch
        {
            _poses?.Dispose();
            _renderer.Dispose();
            throw;
        }
    }

    /// <summary>Renders one camera's image.</summary>
    /// <param name="camera">Its index among the names.</param>
    /// <param name="snapshot">The poses, a <see cref="FrameSnapshot"/>.</param>
    /// <param name="image">8-bit RGB, height x width x 3, row-major.</param>
    public void Render(int camera, ReadOnlySpan<double> snapshot, Span<byte> image)
    {
        lock (_rendering)
        {
            FrameSnapshot.Read(snapshot, _poses);
            _cameras[camera].Render(_poses, image);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _renderer.Dispose();
        _poses.Dispose();
    }
}
