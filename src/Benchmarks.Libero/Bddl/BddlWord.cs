namespace Benchmarks.Libero.Bddl;

/// <summary>A word: a name, a number, a dash.</summary>
/// <param name="Text">In lower case.</param>
/// <param name="Position">Where it begins.</param>
internal sealed record BddlWord(string Text, BddlPosition Position) : BddlNode(Position)
{
    private const int ShownLength = 60;

    /// <summary>The word in quotes: without control characters, the end of a long one left out.</summary>
    public override string Shown
    {
        get
        {
            string start = Text.Length > ShownLength ? $"{Text[..ShownLength]}..." : Text;
            return $"'{string.Concat(start.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c))}'";
        }
    }
}
