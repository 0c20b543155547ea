using EvalCore.Environments;
using Safetensors;

namespace EvalCore.Replays;

/// <summary>Collects the trace of a replay.</summary>
internal sealed class ReplayTrace
{
    private readonly IEnvironment _environment;
    private readonly IStateAccess? _stateAccess;
    private readonly IGoalConditions? _goal;
    private readonly SimulatorState _state;
    private readonly int _conditionCount;
    private readonly Observation? _observation;
    private readonly double[][] _states;
    private readonly double[][] _vectors = [];
    private readonly byte[][] _images = [];
    private readonly byte[] _conditions;
    private readonly double[] _reward;
    private readonly byte[] _success;
    private readonly byte[] _terminated;
    private int _steps;
    private int _rows;

    /// <summary>Prepares a trace.</summary>
    /// <param name="environment">The environment that is played.</param>
    /// <param name="steps">The number of steps.</param>
    /// <param name="observe">Whether observations are written.</param>
    public ReplayTrace(IEnvironment environment, int steps, bool observe)
    {
        _environment = environment;
        int rows = steps + 1;
        _reward = new double[steps];
        _success = new byte[steps];
        _terminated = new byte[steps];
        _stateAccess = environment as IStateAccess;
        _goal = environment as IGoalConditions;
        _state = new SimulatorState(_stateAccess?.StateFields ?? []);
        _states = [.. _state.Fields.Select(field => new double[Size(rows, field.Length, field.Name)])];
        _conditionCount = _goal?.ConditionCount ?? 0;
        _conditions = new byte[rows * _conditionCount];
        if (!observe)
            return;
        _observation = new Observation(environment.ObservationSpace);
        _vectors = [.. _observation.Space.Select(f => f.Kind == ObservationKind.Vector ? new double[Size(rows, f.Length, f.Key)] : [])];
        _images = [.. _observation.Space.Select(f => f.Kind == ObservationKind.Image ? new byte[Size(rows, f.Length, f.Key)] : [])];
    }

    /// <summary>Adds a row with the current state.</summary>
    public void AddState()
    {
        int row = _rows++;
        _stateAccess?.GetState(_state);
        for (int i = 0; i < _states.Length; i++)
            Put(_state[i], _states[i], row);
        _goal?.GetConditions(_conditions.AsSpan(row * _conditionCount, _conditionCount));
        if (_observation is null)
            return;
        _environment.Observe(_observation);
        for (int i = 0; i < _vectors.Length; i++)
        {
            Put(_observation.Vector(i), _vectors[i], row);
            Put(_observation.Image(i), _images[i], row);
        }
    }

    /// <summary>Adds the result of a step.</summary>
    public void AddStep(StepResult result)
    {
        _reward[_steps] = result.Reward;
        _success[_steps] = result.Success ? (byte)1 : (byte)0;
        _terminated[_steps] = result.Terminated ? (byte)1 : (byte)0;
        _steps++;
    }

    /// <summary>Writes the file.</summary>
    /// <exception cref="EvalCoreException">The file cannot be written.</exception>
    public void Save(string path)
    {
        var file = new SafetensorsWriter()
            .Add<double>("reward", _reward, _steps).Add<byte>("success", _success, _steps).Add<byte>("terminated", _terminated, _steps);
        for (int i = 0; i < _states.Length; i++)
            file.Add<double>(_state.Fields[i].Name, _states[i], _rows, _state.Fields[i].Length);
        if (_conditionCount > 0)
            file.Add<byte>("conjuncts", _conditions, _rows, _conditionCount);
        for (int i = 0; i < _vectors.Length; i++)
        {
            var field = _observation!.Space[i];
            if (field.Kind == ObservationKind.Vector)
                file.Add<double>($"obs.{field.Key}", _vectors[i], Shape(field));
            else
                file.Add<byte>($"obs_u8.{field.Key}", _images[i], Shape(field));
        }

        file.Save(path);
    }

    /// <summary>The summary of the steps so far.</summary>
    public ReplaySummary Summary()
    {
        int first = Array.IndexOf(_success, (byte)1);
        return new ReplaySummary(_steps, _reward.Sum(), _reward.DefaultIfEmpty().Max(), first >= 0 ? first : null);
    }

    private static void Put<T>(ReadOnlySpan<T> values, T[] column, int row) => values.CopyTo(column.AsSpan(row * values.Length));

    private static int Size(int rows, int length, string name) =>
        (long)rows * length is var size && size <= Array.MaxLength
            ? (int)size
            : throw new EvalCoreException($"--actions: {rows - 1} steps of '{name}' are too many for one trace; replay them in parts");

    private long[] Shape(ObservationField field) => [_rows, .. field.Shape.Select(n => (long)n)];
}
