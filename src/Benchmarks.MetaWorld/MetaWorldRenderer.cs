using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MetaWorld.Tasks;
using EvalCore;
using EvalCore.Environments;
using MuJoCo;

namespace Benchmarks.MetaWorld;

/// <summary>
/// Draws the frames of a video: the observation's picture without multisampling and with a sixteenth of the shadow map.
/// Nobody sees that in a video, and without a GPU it is two thirds of a picture's time.
/// </summary>
public sealed class MetaWorldRenderer : IFrameRenderer
{
    private const int ShadowSize = 1024;

    private readonly MjModel _model;
    private readonly MjData _data;
    private readonly Camera _camera;

    /// <summary>Makes a renderer for a task.</summary>
    /// <param name="task">One of Meta-World's names.</param>
    /// <exception cref="EvalCoreException">There is no such task, or something it needs is missing.</exception>
    public MetaWorldRenderer(string task) : this(task, asObserved: false)
    {
    }

    internal MetaWorldRenderer(string task, bool asObserved)
    {
        _model = MetaWorldAssets.Load(Catalog.Get(task).Model);
        if (!asObserved)
            _model.vis.quality.shadowsize = ShadowSize;
        _data = new MjData(_model);
        _data.Forward();
        _camera = new Camera(_model, samples: asObserved ? null : 0);
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
