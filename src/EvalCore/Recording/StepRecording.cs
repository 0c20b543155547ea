using EvalCore.Environments;

namespace EvalCore.Recording;

/// <summary>
/// The steps of one episode while it is played. A step is copied into a buffer; files are written after the episode, on
/// another thread. The buffer is used again by later episodes, so that a step allocates nothing.
/// </summary>
public sealed class StepRecording
{
    private IStateAccess? _stateAccess;
    private IGoalConditions? _goal;
    private SimulatorState _state = new([]);
    private byte[] _conditions = [];
    private double[] _values = [];

    internal StepRecording(EpisodeSpec episode) => Episode = episode;

    /// <summary>The episode that is recorded.</summary>
    public EpisodeSpec Episode { get; internal set; }

    /// <summary>What a row contains.</summary>
    public StepLayout Layout { get; private set; } = new(0, 0, []);

    /// <summary>The number of rows: one after the reset and one for each step.</summary>
    public int Rows { get; private set; }

    /// <summary>All rows, one after the other.</summary>
    public ReadOnlySpan<double> Values => _values.AsSpan(0, Rows * Layout.Width);

    /// <summary>The log that has the steps; null before they are written.</summary>
    internal StepLog? Log { get; set; }

    /// <summary>Clears the recording and adds the state after the reset.</summary>
    internal void Start(IEnvironment environment)
    {
        _stateAccess = environment as IStateAccess;
        _goal = environment is IGoalConditions { ConditionCount: > 0 } goal ? goal : null;
        var fields = _stateAccess?.StateFields ?? [];
        var layout = new StepLayout(environment.ActionSpace.Dimension, _goal?.ConditionCount ?? 0, fields);
        if (!_state.Fields.SequenceEqual(fields))
            _state = new SimulatorState(fields);
        if (_conditions.Length != layout.Conditions)
            _conditions = new byte[layout.Conditions];
        (Layout, Rows) = (layout, 0);
        var row = NextRow();
        row[..layout.FirstCondition].Fill(double.NaN);
        ReadSimulator(row);
    }

    /// <summary>Adds a step.</summary>
    /// <param name="action">The action that was played.</param>
    /// <param name="result">The result of the step.</param>
    internal void Add(ReadOnlySpan<double> action, StepResult result)
    {
        var row = NextRow();
        row[StepLayout.Reward] = result.Reward;
        row[StepLayout.Terminated] = result.Terminated ? 1 : 0;
        row[StepLayout.Truncated] = result.Truncated ? 1 : 0;
        row[StepLayout.Success] = result.Success ? 1 : 0;
        action.CopyTo(row[StepLayout.Action..]);
        ReadSimulator(row);
    }

    /// <summary>A copy of the episode, which stays as it is when the recording is used again.</summary>
    internal RecordedEpisode ToEpisode() => new(
        Episode.Task.Suite, Episode.Task.Group, Episode.Task.Id, Episode.Task.Name, Episode.Index, Episode.Seed, Episode.InitStateId, Layout, Values.ToArray());

    private Span<double> NextRow()
    {
        int width = Layout.Width, at = Rows++ * width;
        if (at + width > _values.Length)
            Array.Resize(ref _values, Math.Max(2 * _values.Length, 64 * width));
        return _values.AsSpan(at, width);
    }

    private void ReadSimulator(Span<double> row)
    {
        _goal?.GetConditions(_conditions);
        for (int i = 0; i < _conditions.Length; i++)
            row[Layout.FirstCondition + i] = _conditions[i];
        _stateAccess?.GetState(_state);
        row = row[Layout.FirstState..];
        for (int i = 0; i < _state.Fields.Count; i++)
        {
            _state[i].CopyTo(row);
            row = row[_state[i].Length..];
        }
    }
}
