namespace Benchmarks.Libero.Bddl;

/// <summary>A list in parentheses.</summary>
/// <param name="Items">Its words and lists.</param>
/// <param name="Position">The opening parenthesis.</param>
internal sealed record BddlList(IReadOnlyList<BddlNode> Items, BddlPosition Position) : BddlNode(Position)
{
    /// <inheritdoc/>
    public override string Shown => Head is { } head ? $"the list that starts with {head.Shown}" : "a list";

    /// <summary>Its first item, where that is a word.</summary>
    public BddlWord? Head => Items.Count > 0 ? Items[0] as BddlWord : null;

    /// <summary>What follows the first item.</summary>
    public IEnumerable<BddlNode> Rest => Items.Skip(1);
}
