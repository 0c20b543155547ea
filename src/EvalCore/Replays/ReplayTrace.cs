using EvalCore.Environments;
using Safetensors;

namespace EvalCore.Replays;

/// <summary>Collects what a replay writes.</summary>
internal sealed class ReplayTrace
{
    private readonly IEnvironment _environment;
    private readonly Observation _state;
    private readonly Observation? _observation;
    private readonly double[][] _states;
    private readonly double[][] _vectors = [];
    private readonly byte[][] _pictures = [];
    private readonly byte[] _conjuncts;
    private readonly double[] _reward;
    private readonly byte[] _success;
    private readonly byte[] _terminated;
    private int _steps;
    private int _rows;

    /// <summary>Prepares a trace.</summary>
    /// <param name="environment">The environment that is played.</param>
    /// <param name="steps">How many steps there will be.</param>
    /// <param name="observe">Whether observations are written.</param>
    public ReplayTrace(IEnvironment environment, int steps, bool observe)
    {
        _environment = environment;
        int rows = steps + 1;
        _reward = new double[steps];
        _success = new byte[steps];
        _terminated = new byte[steps];
        _state = new Observation(environment.StateSpace);
        _states = [.. _state.Space.Select(field => new double[Size(rows, field)])];
        _conjuncts = new byte[rows * environment.ConjunctCount];
        if (!observe)
            return;
        _observation = new Observation(environment.ObservationSpace);
        _vectors = [.. _observation.Space.Select(f => f.Kind == ObservationKind.Vector ? new double[Size(rows, f)] : [])];
        _pictures = [.. _observation.Space.Select(f => f.Kind == ObservationKind.Image ? new byte[Size(rows, f)] : [])];
    }

    /// <summary>Adds a row of the present state.</summary>
    public void AddState()
    {
        int row = _rows++;
        _environment.GetState(_state);
        for (int i = 0; i < _states.Length; i++)
            Put(_state.Vector(i), _states[i], row);
        int conjuncts = _environment.ConjunctCount;
        _environment.GetConjuncts(_conjuncts.AsSpan(row * conjuncts, conjuncts));
        if (_observation is null)
            return;
        _environment.Observe(_observation);
        for (int i = 0; i < _vectors.Length; i++)
        {
            Put(_observation.Vector(i), _vectors[i], row);
            Put(_observation.Image(i), _pictures[i], row);
        }
    }

    /// <summary>Adds what a step yielded.</summary>
    public void AddStep(StepResult result)
    {
        _reward[_steps] = result.Reward;
        _success[_steps] = result.Success ? (byte)1 : (byte)0;
        _terminated[_steps] = result.Terminated ? (byte)1 : (byte)0;
        _steps++;
    }

    /// <summary>Writes the file.</summary>
    /// <exception cref="EvalCoreException">It cannot be written.</exception>
    public void Save(string path)
    {
        var file = new SafetensorsWriter()
            .Add<double>("reward", _reward, _steps).Add<byte>("success", _success, _steps).Add<byte>("terminated", _terminated, _steps);
        for (int i = 0; i < _states.Length; i++)
            file.Add<double>(_state.Space[i].Key, _states[i], Shape(_state.Space[i]));
        if (_environment.ConjunctCount > 0)
            file.Add<byte>("conjuncts", _conjuncts, _rows, _environment.ConjunctCount);
        for (int i = 0; i < _vectors.Length; i++)
        {
            var field = _observation!.Space[i];
            if (field.Kind == ObservationKind.Vector)
                file.Add<double>($"obs.{field.Key}", _vectors[i], Shape(field));
            else
                file.Add<byte>($"obs_u8.{field.Key}", _pictures[i], Shape(field));
        }

        file.Save(path);
    }

    /// <summary>How it went.</summary>
    public ReplaySummary Summary()
    {
        int first = Array.IndexOf(_success, (byte)1);
        return new ReplaySummary(_steps, _reward.Sum(), _reward.DefaultIfEmpty().Max(), first >= 0 ? first : null);
    }

    private static void Put<T>(ReadOnlySpan<T> values, T[] column, int row) => values.CopyTo(column.AsSpan(row * values.Length));

    private static int Size(int rows, ObservationField field) =>
        (long)rows * field.Length is var size && size <= Array.MaxLength
            ? (int)size
            : throw new EvalCoreException($"--actions: {rows - 1} steps of '{field.Key}' are too many for one trace; replay them in parts");

    private long[] Shape(ObservationField field) => [_rows, .. field.Shape.Select(n => (long)n)];
}
