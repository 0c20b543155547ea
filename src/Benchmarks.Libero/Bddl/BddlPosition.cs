namespace Benchmarks.Libero.Bddl;

/// <summary>A place in a file: line and column, from 1. Two positions are always equal: they do not change what a file says.</summary>
internal readonly struct BddlPosition(int line, int column) : IEquatable<BddlPosition>
{
    public int Line => line;

    public int Column => column;

    public bool Equals(BddlPosition other) => true;

    public override bool Equals(object? obj) => obj is BddlPosition;

    public override int GetHashCode() => 0;

    public override string ToString() => $"line {line}, column {column}";
}
