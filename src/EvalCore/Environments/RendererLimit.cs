namespace EvalCore.Environments;

/// <summary>How many renderers render at once: some drivers hang with many. Those of observations and of videos count alike.</summary>
/// <param name="most">Their number; 0 for no limit.</param>
internal sealed class RendererLimit(int most)
{
    private readonly SemaphoreSlim? _free = most > 0 ? new SemaphoreSlim(most) : null;

    /// <summary>No limit.</summary>
    public static RendererLimit None { get; } = new(0);

    /// <summary>Waits until another renderer may render.</summary>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public void Enter(CancellationToken cancellation) => _free?.Wait(cancellation);

    /// <summary>The same for a limited time; false when no other renderer may render yet.</summary>
    public bool TryEnter(TimeSpan patience, CancellationToken cancellation) => _free?.Wait(patience, cancellation) ?? true;

    /// <summary>Another renderer may render.</summary>
    public void Exit() => _free?.Release();
}
