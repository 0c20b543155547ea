using EvalCore.Policies;
using EvalCore.Training;

namespace EvalCore.Commands;

/// <summary>
/// The policy of the checkpoint that is evaluated next, made on another thread while the present one is played. It is an attempt: where
/// it fails, or the checkpoint's files change meanwhile, the policy is made again in its turn, and what is wrong is reported then.
/// </summary>
internal sealed class NextPolicy : IDisposable
{
    private readonly TrainingRunOptions _options;
    private readonly Checkpoint _checkpoint;
    private readonly string _state;
    private readonly Task<IPolicy?> _making;
    private readonly Lock _noting = new();
    private readonly List<string> _notes = [];
    private Action<string>? _warn;
    private bool _isTaken;

    private NextPolicy(TrainingRunOptions options, Checkpoint checkpoint)
    {
        // The state is that of before the files are read.
        (_options, _checkpoint, _state) = (options, checkpoint, CheckpointWatch.StateOf(checkpoint));
        _making = Task.Run(Make);
    }

    /// <summary>Begins to make the policy of a checkpoint, where it computes on the CPU and both policies fit in memory.</summary>
    /// <param name="options">The options of the evaluation.</param>
    /// <param name="checkpoint">The next checkpoint.</param>
    /// <param name="config">The flags of the present checkpoint's policy.</param>
    /// <param name="present">The present checkpoint's policy.</param>
    /// <returns>Null where it is not made ahead.</returns>
    public static NextPolicy? Begin(TrainingRunOptions options, Checkpoint checkpoint, PolicyConfig config, IPolicy present)
    {
        bool isOnCpu = !config.Device.IsCuda || present.Provenance.GetValueOrDefault("device") == "cpu";

        // Weights may be stored in half precision, and take twice as much in memory. The other half is for what others need meanwhile.
        bool fits = CheckpointWatch.BytesOf(checkpoint) <= FreeMemory.Bytes / 4;
        return isOnCpu && fits ? new NextPolicy(options, checkpoint) : null;
    }

    /// <summary>The policy, after waiting for it; null where it must be made again. The caller disposes it.</summary>
    /// <param name="checkpoint">The checkpoint whose turn it is.</param>
    /// <param name="warn">Receives the policy's notes: those so far, and those to come.</param>
    public IPolicy? Take(Checkpoint checkpoint, Action<string> warn)
    {
        if (checkpoint.Path != _checkpoint.Path || CheckpointWatch.StateOf(checkpoint) != _state || _making.Result is not { } policy)
            return null;
        lock (_noting)
        {
            _notes.ForEach(warn);
            _warn = warn;
        }

        _isTaken = true;
        return policy;
    }

    /// <summary>Waits until no thread makes the policy any more.</summary>
    /// <param name="patience">For how long at most.</param>
    /// <returns>Whether none does.</returns>
    public bool Wait(TimeSpan patience) => _making.Wait(patience);

    /// <summary>Waits for the policy, and disposes it where nobody has taken it.</summary>
    public void Dispose()
    {
        var policy = _making.Result;
        if (!_isTaken)
            policy?.Dispose();
    }

    private async Task<IPolicy?> Make()
    {
        try
        {
            var eval = _options.Of(_checkpoint);

            // What has begun may be finished, and a download is shown.
            return eval.Resume || await eval.Policy.FindMissing(() => eval.PolicyContext(_ => { }), CancellationToken.None).ConfigureAwait(false) is not null
                ? null
                : eval.Policy.Make(eval.PolicyContext(Note));
        }
#pragma warning disable CA1031 // Whatever it is, it is the checkpoint's, and is reported in its turn.
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
    }

    private void Note(string note)
    {
        lock (_noting)
        {
            if (_warn is null)
                _notes.Add(note);
            else
                _warn(note);
        }
    }
}
