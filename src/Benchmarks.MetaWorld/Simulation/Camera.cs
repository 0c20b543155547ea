using EvalCore;
using MuJoCo;

namespace Benchmarks.MetaWorld.Simulation;

/// <summary>The camera LeRobot looks through, corner2 moved closer, and the way it turns its picture.</summary>
internal sealed class Camera : IDisposable
{
    private const int Corner2 = 2;
    private readonly Renderer _renderer;

    /// <param name="model">What is drawn.</param>
    /// <param name="samples">Samples per pixel; null for the model's.</param>
    /// <exception cref="EvalCoreException">Nothing on this machine can draw; the line says what to install.</exception>
    public Camera(MjModel model, int? samples = null)
    {
        try
        {
            _renderer = new(model, MetaWorldObservation.ImageSize, MetaWorldObservation.ImageSize, samples: samples);
        }
        catch (MujocoException e)
        {
            throw new EvalCoreException(e.Message, e);
        }
    }

    /// <summary>Puts the camera where LeRobot has it; seen from the next kinematics pass on.</summary>
    public static void Place(MjModel model) => new Vec3(0.75, 0.075, 0.7).CopyTo(model.cam_pos.Slice(3 * Corner2, 3));

    /// <summary>Draws the world as last computed: upside down and mirrored.</summary>
    public void Draw(MjData data, Span<byte> picture)
    {
        _renderer.Render(data, Corner2, picture, bottomUp: true);
        int width = MetaWorldObservation.ImageSize;
        for (int row = 0; row < MetaWorldObservation.ImageSize; row++)
        {
            Span<byte> pixels = picture.Slice(3 * width * row, 3 * width);
            for (int left = 0, right = 3 * (width - 1); left < right; left += 3, right -= 3)
            {
                (pixels[left], pixels[right]) = (pixels[right], pixels[left]);
                (pixels[left + 1], pixels[right + 1]) = (pixels[right + 1], pixels[left + 1]);
                (pixels[left + 2], pixels[right + 2]) = (pixels[right + 2], pixels[left + 2]);
            }
        }
    }

    public void Dispose() => _renderer.Dispose();
}
