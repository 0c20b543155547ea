using Benchmarks.PushT.Physics;
using Chipmunk;

namespace Benchmarks.PushT.Rendering;

/// <summary>
/// What an image shows, as numbers: agent x, y; block x, y, angle; last action x, y (NaN before the first);
/// the number of contact lines, and their ends.
/// </summary>
internal static class FrameState
{
    private const int Action = 5;
    private const int LineCount = 7;
    private const int Lines = 8;

    /// <summary>Numbers per snapshot.</summary>
    public const int Length = Lines + 4 * ContactLog.MostLines;

    /// <summary>Stands for the last action before the first one.</summary>
    public static Vect NoAction => new(double.NaN, double.NaN);

    /// <summary>Writes a snapshot.</summary>
    public static void Write(Span<double> state, Vect agent, Pose block, Vect action, ReadOnlySpan<int> lines)
    {
        (state[0], state[1]) = (agent.X, agent.Y);
        (state[2], state[3], state[4]) = (block.Position.X, block.Position.Y, block.Angle);
        SetAction(state, action);
        state[LineCount] = lines.Length / 4;
        state[Lines..Length].Clear();
        for (int i = 0; i < lines.Length; i++)
            state[Lines + i] = lines[i];
    }

    /// <summary>Replaces the last action.</summary>
    public static void SetAction(Span<double> state, Vect action) =>
        (state[Action], state[Action + 1]) = (action.X, action.Y);

    public static Vect AgentOf(ReadOnlySpan<double> state) => new(state[0], state[1]);

    public static Pose BlockOf(ReadOnlySpan<double> state) => new(new Vect(state[2], state[3]), state[4]);

    public static Vect ActionOf(ReadOnlySpan<double> state) => new(state[Action], state[Action + 1]);

    public static int LineCountOf(ReadOnlySpan<double> state) => (int)state[LineCount];

    public static (Point From, Point To) LineOf(ReadOnlySpan<double> state, int index)
    {
        var line = state.Slice(Lines + 4 * index, 4);
        return (new Point((int)line[0], (int)line[1]), new Point((int)line[2], (int)line[3]));
    }
}
