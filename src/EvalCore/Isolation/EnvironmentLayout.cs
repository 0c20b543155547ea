using EvalCore.Environments;

namespace EvalCore.Isolation;

/// <summary>What an environment has, and where it is in the memory that two processes share.</summary>
/// <param name="ActionDimension">The action dimension.</param>
/// <param name="MaxEpisodeSteps">The time limit in steps.</param>
/// <param name="SnapshotLength">The length of a snapshot; 0 where it cannot be recorded.</param>
/// <param name="Conditions">The number of conditions of the goal; 0 for none.</param>
/// <param name="State">The parts of the simulator's state; empty where it cannot be read.</param>
/// <param name="HasFloat64Actions">Whether its results depend on the type of an action's numbers.</param>
/// <param name="Space">Everything that can be observed.</param>
internal sealed record EnvironmentLayout(
    int ActionDimension, int MaxEpisodeSteps, int SnapshotLength, int Conditions, IReadOnlyList<StateField> State, bool HasFloat64Actions, ObservationSpace Space)
{
    /// <summary>The numbers of a step's result: reward, terminated, truncated, success.</summary>
    private const int ResultLength = 4;

    private const int MostRowBytes = 1 << 20;

    /// <summary>The most actions that are played at once.</summary>
    public int MostAhead { get; } = Math.Clamp(MostRowBytes / RowBytesOf(SnapshotLength, Conditions, State), 1, 128);

    /// <summary>The number of elements of the state.</summary>
    public int StateLength { get; } = LengthOf(State);

    /// <summary>A row: the result of a step, the conditions, the snapshot and the state after it.</summary>
    public int RowBytes { get; } = RowBytesOf(SnapshotLength, Conditions, State);

    /// <summary>The number of bytes of all.</summary>
    public int Bytes => checked(ObservationAt + ObservationBytes(Space));

    private int RowsAt => sizeof(double) * MostAhead * ActionDimension;

    private int ObservationAt => RowsAt + MostAhead * RowBytes;

    /// <summary>The actions, row-major.</summary>
    public Span<double> Actions(SharedMemory memory, int count) => memory.Doubles(0, count * ActionDimension);

    /// <summary>The result of a step.</summary>
    public Span<double> Result(SharedMemory memory, int row) => memory.Doubles(RowsAt + row * RowBytes, ResultLength);

    /// <summary>The conditions after a step.</summary>
    public Span<byte> ConditionsOf(SharedMemory memory, int row) => memory.Slice(RowsAt + row * RowBytes + sizeof(double) * ResultLength, Conditions);

    /// <summary>The snapshot after a step.</summary>
    public Span<double> Snapshot(SharedMemory memory, int row) =>
        memory.Doubles(RowsAt + row * RowBytes + sizeof(double) * ResultLength + Padded(Conditions), SnapshotLength);

    /// <summary>The state after a step.</summary>
    public Span<double> StateOf(SharedMemory memory, int row) =>
        memory.Doubles(RowsAt + row * RowBytes + sizeof(double) * (ResultLength + SnapshotLength) + Padded(Conditions), StateLength);

    /// <summary>Copies a state.</summary>
    public void Write(SharedMemory memory, int row, SimulatorState state)
    {
        var to = StateOf(memory, row);
        for (int i = 0; i < state.Fields.Count; i++)
        {
            state[i].CopyTo(to);
            to = to[state[i].Length..];
        }
    }

    /// <summary>Copies a state back.</summary>
    public void Read(SharedMemory memory, int row, SimulatorState state)
    {
        var from = StateOf(memory, row);
        for (int i = 0; i < state.Fields.Count; i++)
        {
            from[..state[i].Length].CopyTo(state[i]);
            from = from[state[i].Length..];
        }
    }

    /// <summary>Copies an observation.</summary>
    public void Write(SharedMemory memory, Observation observation)
    {
        int at = ObservationAt;
        for (int i = 0; i < observation.Space.Count; i++)
        {
            var field = observation.Space[i];
            if (field.Kind == ObservationKind.Image)
                observation.Image(i).CopyTo(memory.Slice(at, field.Length));
            else
                observation.Vector(i).CopyTo(memory.Doubles(at, field.Length));
            at += BytesOf(field);
        }
    }

    /// <summary>Copies an observation back.</summary>
    public void Read(SharedMemory memory, Observation observation)
    {
        int at = ObservationAt;
        for (int i = 0; i < observation.Space.Count; i++)
        {
            var field = observation.Space[i];
            if (field.Kind == ObservationKind.Image)
                memory.Slice(at, field.Length).CopyTo(observation.Image(i));
            else
                memory.Doubles(at, field.Length).CopyTo(observation.Vector(i));
            at += BytesOf(field);
        }
    }

    /// <summary>The number of bytes of an observation.</summary>
    public static int ObservationBytes(ObservationSpace space) => space.Sum(BytesOf);

    private static int RowBytesOf(int snapshotLength, int conditions, IReadOnlyList<StateField> state) =>
        sizeof(double) * (ResultLength + snapshotLength + LengthOf(state)) + Padded(conditions);

    private static int LengthOf(IReadOnlyList<StateField> state) => state.Sum(field => field.Length);

    private static int BytesOf(ObservationField field) => field.Kind == ObservationKind.Image ? Padded(field.Length) : sizeof(double) * field.Length;

    private static int Padded(int bytes) => (bytes + 7) & ~7;
}
