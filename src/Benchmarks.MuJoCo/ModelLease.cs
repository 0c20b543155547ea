using MuJoCo;

namespace Benchmarks.MuJoCo;

/// <summary>The use of a model that a <see cref="ModelCache"/> owns, until it is disposed.</summary>
public sealed class ModelLease : IDisposable
{
    private Action? _return;

    internal ModelLease(MjModel model, Action @return) => (Model, _return) = (model, @return);

    /// <summary>The model. Others use it too: it must not be changed.</summary>
    public MjModel Model { get; }

    /// <summary>Ends the use; a second call has no effect.</summary>
    public void Dispose() => Interlocked.Exchange(ref _return, null)?.Invoke();
}
