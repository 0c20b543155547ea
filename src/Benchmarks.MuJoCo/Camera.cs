using MuJoCo;

namespace Benchmarks.MuJoCo;

/// <summary>Renders what one of a model's cameras sees, off screen. Used by the thread that made it; rendering allocates nothing.</summary>
public sealed class Camera : IDisposable
{
    private readonly Renderer _renderer;
    private readonly ImageRotation _rotation;
    private readonly bool _leaveOpen;
    private readonly int _id;

    /// <summary>Makes a camera; uploads the model's meshes and textures to the GPU or to Mesa.</summary>
    /// <param name="model">The model that is rendered; not disposed before the camera.</param>
    /// <param name="name">The name of one of its cameras.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Pixels per row.</param>
    /// <param name="rotation">How the suite stores the image.</param>
    /// <param name="samples">Samples per pixel for anti-aliasing; null for the model's <c>offsamples</c>, 0 for none.</param>
    /// <exception cref="KeyNotFoundException">The model has no camera of that name.</exception>
    /// <exception cref="EvalCore.EvalCoreException">Nothing on this machine can render; the line says what to install.</exception>
    public Camera(
        MjModel model, string name, int height, int width, ImageRotation rotation = ImageRotation.None, int? samples = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        _id = model.Id(mjtObj.mjOBJ_CAMERA, name);
        _rotation = rotation;
        _renderer = MujocoErrors.Translate(() => new Renderer(model, width, height, samples: samples));
    }

    /// <summary>Makes a camera that renders with a given renderer, which several cameras of one image size can share.</summary>
    /// <param name="renderer">The renderer.</param>
    /// <param name="name">The name of one of its model's cameras.</param>
    /// <param name="rotation">How the suite stores the image.</param>
    /// <param name="leaveOpen">Whether the renderer is left to others when the camera is disposed.</param>
    /// <exception cref="KeyNotFoundException">The model has no camera of that name; the renderer is not disposed.</exception>
    public Camera(Renderer renderer, string name, ImageRotation rotation = ImageRotation.None, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(renderer);
        _id = renderer.Model.Id(mjtObj.mjOBJ_CAMERA, name);
        _rotation = rotation;
        _renderer = renderer;
        _leaveOpen = leaveOpen;
    }

    /// <summary>Pixels per row.</summary>
    public int Width => _renderer.Width;

    /// <summary>Rows.</summary>
    public int Height => _renderer.Height;

    /// <summary>Renders a simulation with the poses that its last kinematics pass computed.</summary>
    /// <param name="data">The simulation, of the camera's model.</param>
    /// <param name="image">8-bit RGB, height x width x 3, row-major.</param>
    public void Render(MjData data, Span<byte> image)
    {
        _renderer.Render(data, _id, image, bottomUp: _rotation is ImageRotation.BottomUp or ImageRotation.Half);
        if (_rotation is ImageRotation.Half or ImageRotation.Mirrored)
            MirrorRows(image);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_leaveOpen)
            _renderer.Dispose();
    }

    private void MirrorRows(Span<byte> image)
    {
        int stride = 3 * Width;
        for (int row = 0; row < Height; row++)
        {
            Span<byte> pixels = image.Slice(stride * row, stride);
            for (int left = 0, right = stride - 3; left < right; left += 3, right -= 3)
            {
                (pixels[left], pixels[right]) = (pixels[right], pixels[left]);
                (pixels[left + 1], pixels[right + 1]) = (pixels[right + 1], pixels[left + 1]);
                (pixels[left + 2], pixels[right + 2]) = (pixels[right + 2], pixels[left + 2]);
            }
        }
    }
}
