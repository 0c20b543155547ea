using EvalCore.Environments;
using EvalCore.Policies;
using Microsoft.ML.OnnxRuntime;

namespace EvalCore.Onnx;

/// <summary>One episode of a model: its last observations, its action queue, its random numbers.</summary>
internal sealed class OnnxSession : IInspectableSession
{
    private readonly IReadOnlyList<ModelInput> _inputs;
    private readonly float[][] _numbers;
    private readonly byte[][] _bytes;
    private readonly Noise _noise;
    private readonly int _observationSteps;
    private readonly int _actionDimension;
    private float[] _rawChunk = [];
    private float[] _chunk = [];
    private bool _observed;
    private int _next;
    private int _left;

    /// <summary>Starts an episode.</summary>
    /// <param name="inputs">What the model is given.</param>
    /// <param name="observationSteps">How many observations it reads.</param>
    /// <param name="actionDimension">How many numbers an action has.</param>
    /// <param name="noise">The episode's random numbers.</param>
    public OnnxSession(IReadOnlyList<ModelInput> inputs, int observationSteps, int actionDimension, Noise noise)
    {
        (_inputs, _observationSteps, _actionDimension, _noise) = (inputs, observationSteps, actionDimension, noise);
        _numbers = [.. inputs.Select(input => input.Type == ElementType.Float ? new float[input.Length] : [])];
        _bytes = [.. inputs.Select(input => input.Type == ElementType.UInt8 ? new byte[input.Length] : [])];
        Values = new OrtValue[inputs.Count];
        for (int i = 0; i < inputs.Count; i++)
        {
            Values[i] = inputs[i].Type == ElementType.Float
                ? OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, _numbers[i].AsMemory(), inputs[i].Shape)
                : OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, _bytes[i].AsMemory(), inputs[i].Shape);
        }
    }

    /// <summary>What the model is given: the session's own memory.</summary>
    public OrtValue[] Values { get; }

    /// <summary>Ends a call of the model when the run stops.</summary>
    public RunOptions Call { get; } = new();

    /// <summary>As in LeRobot, the model reads the last observations: only those are needed that it reads when it runs.</summary>
    public bool NeedsObservation => _left < _observationSteps;

    /// <inheritdoc/>
    public bool NeedsInference => _left == 0;

    /// <inheritdoc/>
    public bool CanActAhead => true;

    /// <inheritdoc/>
    public ReadOnlySpan<float> RawChunk => _rawChunk;

    /// <inheritdoc/>
    public ReadOnlySpan<float> Chunk => _chunk;

    /// <inheritdoc/>
    public ReadOnlySpan<float> NextRawAction => _rawChunk.AsSpan(_next * _actionDimension, _actionDimension);

    /// <inheritdoc/>
    public void Observe(Observation observation)
    {
        for (int i = 0; i < _inputs.Count; i++)
        {
            if (_inputs[i].IsRandom)
                continue;
            if (_inputs[i].Type == ElementType.Float)
                _inputs[i].Write(observation, Newest(_numbers[i].AsSpan(), _inputs[i].Steps));
            else
                _inputs[i].Write(observation, Newest(_bytes[i].AsSpan(), _inputs[i].Steps));
            if (!_observed)
            {
                // The first observation stands for those before it.
                Fill(_numbers[i].AsSpan(), _inputs[i].Steps);
                Fill(_bytes[i].AsSpan(), _inputs[i].Steps);
            }
        }

        _observed = true;
    }

    /// <summary>Draws what the model is given besides the observations.</summary>
    public void Draw()
    {
        for (int i = 0; i < _inputs.Count; i++)
        {
            if (_inputs[i].IsRandom)
                _inputs[i].Draw(_noise, _numbers[i]);
        }
    }

    /// <summary>Refills the action queue.</summary>
    /// <param name="rawChunk">Row-major [steps, action dimension], in the policy's units.</param>
    /// <param name="normalization">Brings them to the environment's units; null where they are in these.</param>
    /// <param name="first">The action that is played first.</param>
    /// <param name="count">How many are played.</param>
    public void Enqueue(ReadOnlySpan<float> rawChunk, Normalization? normalization, int first, int count)
    {
        if (_rawChunk.Length != rawChunk.Length)
            (_rawChunk, _chunk) = (new float[rawChunk.Length], new float[rawChunk.Length]);
        rawChunk.CopyTo(_rawChunk);
        rawChunk.CopyTo(_chunk);
        normalization?.Revert(_chunk);
        (_next, _left) = (first, count);
    }

    /// <inheritdoc/>
    public void Act(Span<double> action)
    {
        if (_left == 0)
            throw new InvalidOperationException("the action queue is empty: infer first");
        for (int i = 0; i < _actionDimension; i++)
            action[i] = _chunk[_next * _actionDimension + i];
        _next++;
        _left--;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var value in Values)
            value.Dispose();
        Call.Dispose();
    }

    /// <summary>Moves the observations one step back and gives the place of the newest.</summary>
    private static Span<T> Newest<T>(Span<T> all, int steps)
    {
        int step = all.Length / steps;
        all[step..].CopyTo(all);
        return all[^step..];
    }

    private static void Fill<T>(Span<T> all, int steps)
    {
        int step = all.Length / steps;
        for (int k = 0; k < steps - 1; k++)
            all[^step..].CopyTo(all.Slice(k * step, step));
    }
}
