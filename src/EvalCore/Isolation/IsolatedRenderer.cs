using EvalCore.Environments;

namespace EvalCore.Isolation;

/// <summary>A renderer of videos in a process of its own.</summary>
/// <param name="worker">The process.</param>
/// <param name="width">The width in pixels.</param>
/// <param name="height">The height in pixels.</param>
/// <param name="giveBack">Closes the renderer, and takes the process back.</param>
internal sealed class IsolatedRenderer(WorkerProcess worker, int width, int height, Action<WorkerProcess> giveBack) : IFrameRenderer
{
    private SharedMemory? _memory;
    private int _length = -1;
    private bool _disposed;

    /// <inheritdoc/>
    public int Width => width;

    /// <inheritdoc/>
    public int Height => height;

    /// <inheritdoc/>
    public void Render(ReadOnlySpan<double> snapshot, Span<byte> frame)
    {
        int start = snapshot.Length * sizeof(double), bytes = width * height * 3;
        if (_length != snapshot.Length)
        {
            _memory?.Dispose();
            _memory = null;
            _memory = IsolatedBenchmark.Share(worker, start + bytes);
            _length = snapshot.Length;
        }

        snapshot.CopyTo(_memory!.Doubles(0, snapshot.Length));
        worker.Mailbox[0] = snapshot.Length;
        worker.Call(WorkerCommand.Render, "a frame of a video");
        _memory.Slice(start, bytes).CopyTo(frame);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _memory?.Dispose();
        giveBack(worker);
    }
}
