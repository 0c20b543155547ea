namespace EvalCore.Queries;

/// <summary>The result of a query, row by row.</summary>
public interface IQueryResult : IDisposable
{
    /// <summary>The names of the columns.</summary>
    IReadOnlyList<string> Columns { get; }

    /// <summary>The next row; null after the last one. A list is an <c>IEnumerable</c>, a value that is missing null.</summary>
    /// <exception cref="EvalCoreException">A value cannot be computed; the message says why.</exception>
    object?[]? Next();
}
