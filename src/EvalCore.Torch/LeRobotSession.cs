using System.Runtime.InteropServices;
using EvalCore.Environments;
using EvalCore.Policies;
using EvalCore.Torch.Policies;
using static TorchSharp.torch;

namespace EvalCore.Torch;

/// <summary>One episode of a checkpoint: its last observations, its action queue, its state in the network.</summary>
internal sealed class LeRobotSession : IInspectableSession
{
    private readonly IReadOnlyList<ObservationField> _inputs;
    private readonly Tensor[] _stored;
    private readonly int _observationSteps;
    private readonly Postprocess? _postprocess;
    private double[] _actions = [];
    private float[] _relativeActions = [];
    private float[] _rawActions = [];
    private float[] _rawChunk = [];
    private float[] _chunk = [];
    private bool _observed;
    private int _steps;
    private int _left;

    /// <summary>Starts an episode.</summary>
    /// <param name="inputs">What is read of an observation.</param>
    /// <param name="observationSteps">How many observations the network reads.</param>
    /// <param name="task">The instruction.</param>
    /// <param name="state">The episode's state in the network; belongs to the session.</param>
    /// <param name="inspected">Whether chunks are kept for inspection.</param>
    /// <param name="postprocess">Makes an action when it is played, of the state then; null: the queue has actions as they are played.</param>
    public LeRobotSession(
        IReadOnlyList<ObservationField> inputs, int observationSteps, string task, EpisodeState state, bool inspected,
        Postprocess? postprocess = null)
    {
        _postprocess = postprocess;
        _inputs = inputs;
        _observationSteps = observationSteps;
        Task = task;
        State = state;
        Inspected = inspected;
        _stored =
        [
            .. inputs.Select(input => empty(
                [observationSteps, .. input.Shape.Select(n => (long)n)],
                dtype: input.Kind == ObservationKind.Vector ? ScalarType.Float32 : ScalarType.Byte).DetachFromDisposeScope()),
        ];
    }

    /// <summary>Makes an action in the environment's units, of what a session has observed last.</summary>
    /// <param name="session">The session.</param>
    /// <param name="raw">The action in the policy's units.</param>
    public delegate double[] Postprocess(LeRobotSession session, ReadOnlySpan<float> raw);

    /// <summary>The instruction.</summary>
    public string Task { get; }

    /// <summary>The episode's state in the network.</summary>
    public EpisodeState State { get; }

    /// <summary>Whether chunks are kept for inspection, which costs transfers that an evaluation does not need.</summary>
    public bool Inspected { get; }

    /// <summary>
    /// LeRobot's queues store every observation, and the network reads the last ones: only those are needed that are still in
    /// the queue when it runs.
    /// </summary>
    public bool NeedsObservation => _left < _observationSteps;

    /// <inheritdoc/>
    public bool NeedsVectors => _postprocess is not null;

    /// <inheritdoc/>
    public bool NeedsInference => _left == 0;

    /// <inheritdoc/>
    public bool CanActAhead => true;

    /// <inheritdoc/>
    public ReadOnlySpan<float> RawChunk => _rawChunk;

    /// <inheritdoc/>
    public ReadOnlySpan<float> Chunk => _chunk;

    /// <inheritdoc/>
    public ReadOnlySpan<float> NextRawAction => Row(_rawActions);

    /// <inheritdoc/>
    public void Observe(Observation observation)
    {
        for (int i = 0; i < _inputs.Count; i++)
        {
            var bytes = _stored[i].bytes;
            int step = bytes.Length / _observationSteps;
            bytes[step..].CopyTo(bytes);
            var newest = bytes[^step..];
            if (_inputs[i].Kind == ObservationKind.Image)
                observation.Image(_inputs[i].Key).CopyTo(newest);
            else
                Store(observation.Vector(_inputs[i].Key), newest);

            // The first observation stands for those before it.
            for (int k = 0; !_observed && k < _observationSteps - 1; k++)
                newest.CopyTo(bytes.Slice(k * step, step));
        }

        _observed = true;
    }

    /// <summary>Replaces the newest numbers: before the network runs again, it gets as many whole observations as it reads.</summary>
    public void ObserveVectors(Observation observation)
    {
        for (int i = 0; i < _inputs.Count; i++)
        {
            var bytes = _stored[i].bytes;
            if (_inputs[i].Kind == ObservationKind.Vector)
                Store(observation.Vector(_inputs[i].Key), bytes[^(bytes.Length / _observationSteps)..]);
        }
    }

    /// <inheritdoc/>
    public void Act(Span<double> action)
    {
        if (_left == 0)
            throw new InvalidOperationException("the action queue is empty: infer first");
        if (_postprocess is null)
            Row(_actions).CopyTo(action);
        else
            _postprocess(this, Row(_relativeActions)).CopyTo(action);
        _left--;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _stored)
            tensor.Dispose();
        State.Dispose();
    }

    /// <summary>The observations of an input, oldest first: [steps, ...].</summary>
    /// <exception cref="InvalidOperationException">Nothing has been observed.</exception>
    internal Tensor Stored(int index) =>
        _observed ? _stored[index] : throw new InvalidOperationException("nothing has been observed yet");

    /// <summary>Refills the action queue.</summary>
    /// <param name="steps">How many actions there are.</param>
    /// <param name="actions">Row-major [B, steps, action dimension], in the environment's units; in the policy's where actions are made when they are played.</param>
    /// <param name="row">The session's row.</param>
    internal void Enqueue(int steps, HostTensor actions, int row)
    {
        if (_postprocess is null)
            actions.CopyRow(row, ref _actions);
        else
            actions.CopyRow(row, ref _relativeActions);
        _steps = steps;
        _left = steps;
    }

    /// <summary>Keeps the last chunk for inspection.</summary>
    /// <param name="rawChunk">[B, steps, action dimension], in the policy's units.</param>
    /// <param name="chunk">The same, in the environment's units.</param>
    /// <param name="rawActions">The selected actions, in the policy's units.</param>
    /// <param name="row">The session's row.</param>
    internal void Keep(HostTensor rawChunk, HostTensor chunk, HostTensor rawActions, int row)
    {
        rawChunk.CopyRow(row, ref _rawChunk);
        chunk.CopyRow(row, ref _chunk);
        rawActions.CopyRow(row, ref _rawActions);
    }

    private static void Store(ReadOnlySpan<double> numbers, Span<byte> bytes)
    {
        var floats = MemoryMarshal.Cast<byte, float>(bytes);
        for (int k = 0; k < floats.Length; k++)
            floats[k] = (float)numbers[k];
    }

    /// <summary>The next action of a queue.</summary>
    private ReadOnlySpan<T> Row<T>(T[] queue)
    {
        int dim = _steps == 0 ? 0 : queue.Length / _steps;
        return queue.AsSpan(queue.Length - _left * dim, dim);
    }
}
