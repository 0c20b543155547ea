using EvalCore.Environments;
using MuJoCo;

namespace Benchmarks.MuJoCo;

/// <summary>Renders the frames of a video from <see cref="FrameSnapshot"/>s, with one camera.</summary>
public sealed class SnapshotRenderer : IFrameRenderer
{
    /// <summary>
    /// Rows and columns of the shadow map in videos. The observed images have the model's: 4096. Shadow maps and multisampling are
    /// the larger part of an image's time without a GPU, and hardly visible in a video.
    /// </summary>
    public const int ShadowSize = 1024;

    private readonly ModelLease _lease;
    private readonly MjData _data;
    private readonly Camera _camera;

    /// <summary>Makes a renderer, on the thread that will use it.</summary>
    /// <param name="lease">The model; the renderer disposes of the lease.</param>
    /// <param name="makeCamera">Makes the camera.</param>
    /// <exception cref="EvalCore.EvalCoreException">Nothing on this machine can render; the line says what to install.</exception>
    public SnapshotRenderer(ModelLease lease, Func<MjModel, Camera> makeCamera)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentNullException.ThrowIfNull(makeCamera);
        _lease = lease;
        try
        {
            _data = new MjData(lease.Model);
            _data.Forward();
            _camera = makeCamera(lease.Model);
        }
        catch
        {
            _data?.Dispose();
            lease.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public int Width => _camera.Width;

    /// <inheritdoc/>
    public int Height => _camera.Height;

    /// <inheritdoc/>
    public void Render(ReadOnlySpan<double> snapshot, Span<byte> frame)
    {
        FrameSnapshot.Read(snapshot, _data);
        _camera.Render(_data, frame);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _camera.Dispose();
        _data.Dispose();
        _lease.Dispose();
    }
}
