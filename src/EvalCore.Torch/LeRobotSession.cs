using System.Runtime.InteropServices;
using EvalCore.Environments;
using EvalCore.Policies;
using EvalCore.Torch.Policies;
using static TorchSharp.torch;

namespace EvalCore.Torch;

/// <summary>One episode of a checkpoint: its last observations, its action queue, its random numbers.</summary>
internal sealed class LeRobotSession : IPolicySession
{
    private readonly IReadOnlyList<ObservationField> _inputs;
    private readonly Tensor[] _stored;
    private readonly int _observationSteps;
    private readonly int _actionDim;
    private readonly IActionSelection _selection;
    private readonly float[] _raw;
    private readonly float[] _actions;
    private float[] _chunk = [];
    private bool _observed;
    private int _left;

    /// <summary>Starts an episode.</summary>
    /// <param name="inputs">What is read of an observation.</param>
    /// <param name="observationSteps">How many observations the network reads.</param>
    /// <param name="selection">How actions are taken from chunks.</param>
    /// <param name="actionDim">Numbers per action.</param>
    /// <param name="task">The instruction.</param>
    /// <param name="noise">The episode's random numbers; belongs to the session.</param>
    public LeRobotSession(
        IReadOnlyList<ObservationField> inputs, int observationSteps, IActionSelection selection, int actionDim, string task, INoise noise)
    {
        _inputs = inputs;
        _observationSteps = observationSteps;
        _selection = selection;
        _actionDim = actionDim;
        Task = task;
        Noise = noise;
        _raw = new float[selection.Actions * actionDim];
        _actions = new float[selection.Actions * actionDim];
        _stored =
        [
            .. inputs.Select(input => empty(
                [observationSteps, .. input.Shape.Select(n => (long)n)],
                dtype: input.Kind == ObservationKind.Vector ? ScalarType.Float32 : ScalarType.Byte).DetachFromDisposeScope()),
        ];
    }

    /// <summary>The instruction.</summary>
    public string Task { get; }

    /// <summary>The episode's random numbers.</summary>
    public INoise Noise { get; }

    /// <summary>
    /// LeRobot's queues take every observation, and the network reads the last ones; so only those are needed that are still
    /// there when it runs.
    /// </summary>
    public bool NeedsObservation => _left < _observationSteps;

    /// <inheritdoc/>
    public bool NeedsInference => _left == 0;

    /// <summary>The last chunk, in the policy's units.</summary>
    internal ReadOnlySpan<float> Chunk => _chunk;

    /// <summary>The action that <see cref="Act"/> takes next, in the policy's units.</summary>
    internal ReadOnlySpan<float> NextRaw => _raw.AsSpan(_raw.Length - _left * _actionDim, _actionDim);

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
            {
                observation.Image(_inputs[i].Key).CopyTo(newest);
            }
            else
            {
                var numbers = observation.Vector(_inputs[i].Key);
                var floats = MemoryMarshal.Cast<byte, float>(newest);
                for (int k = 0; k < floats.Length; k++)
                    floats[k] = (float)numbers[k];
            }

            // The first observation stands for those before it.
            for (int k = 0; !_observed && k < _observationSteps - 1; k++)
                newest.CopyTo(bytes.Slice(k * step, step));
        }

        _observed = true;
    }

    /// <inheritdoc/>
    public void Act(Span<double> action)
    {
        if (_left == 0)
            throw new InvalidOperationException("the action queue is empty: infer first");
        var next = _actions.AsSpan(_actions.Length - _left * _actionDim, _actionDim);
        for (int i = 0; i < next.Length; i++)
            action[i] = next[i];
        _left--;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _stored)
            tensor.Dispose();
        Noise.Dispose();
    }

    /// <summary>The observations of an input, oldest first: [steps, ...].</summary>
    /// <exception cref="InvalidOperationException">Nothing has been observed.</exception>
    internal Tensor Stored(int index) =>
        _observed ? _stored[index] : throw new InvalidOperationException("nothing has been observed yet");

    /// <summary>Takes a new chunk, and brings its actions into the environment's units.</summary>
    internal void Take(ReadOnlySpan<float> chunk, Postprocess postprocess)
    {
        if (_chunk.Length != chunk.Length)
            _chunk = new float[chunk.Length];
        chunk.CopyTo(_chunk);
        _selection.Select(chunk, _raw);
        postprocess(_raw, _actions);
        _left = _selection.Actions;
    }

    /// <summary>Brings actions from the policy's units to the environment's.</summary>
    internal delegate void Postprocess(ReadOnlySpan<float> raw, Span<float> actions);
}
