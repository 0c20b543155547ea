using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MetaWorld.Tasks;
using EvalCore;
using EvalCore.Environments;
using MuJoCo;

namespace Benchmarks.MetaWorld;

/// <summary>
/// Draws the frames of a video: the observation's picture, without multisampling, which nobody sees in a video and
/// which costs most of its time where there is no GPU.
/// </summary>
public sealed class MetaWorldRenderer : IFrameRenderer
{
    private readonly MjModel _model;
    private readonly MjData _data;
    private readonly Camera _camera;

    /// <summary>Makes a renderer for a task.</summary>
    /// <param name="task">One of Meta-World's names.</param>
    /// <exception cref="OptionException">There is no such task, or something it needs is missing.</exception>
    public MetaWorldRenderer(string task) : this(task, samples: 0)
    {
    }

    internal MetaWorldRenderer(string task, int? samples)
    {
        _model = MetaWorldAssets.Load(Catalog.Get(task).Model);
        _data = new MjData(_model);
        _data.Forward();
        try
        {
            _camera = new Camera(_model, samples);
        }
        catch (MujocoException e)
        {
            throw new OptionException(e.Message, e);
        }
    }

    /// <inheritdoc/>
    public int Width => MetaWorldObservation.ImageSize;

    /// <inheritdoc/>
    public int Height => MetaWorldObservation.ImageSize;

    /// <inheritdoc/>
    public void Render(ReadOnlySpan<double> snapshot, Span<byte> frame)
    {
        Frame.Read(snapshot, _data);
        _camera.Draw(_data, frame);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _camera.Dispose();
        _data.Dispose();
        _model.Dispose();
    }
}
