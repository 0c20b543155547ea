namespace EvalCore.Queries;

/// <summary>Answers SQL queries over runs. <c>EvalCore.Records</c> has DuckDB's.</summary>
public interface IQueryEngine
{
    /// <summary>
    /// Runs one SELECT over the tables <c>runs</c>, <c>episodes</c>, <c>errors</c> and <c>steps</c>. It can read no other file and write none.
    /// </summary>
    /// <param name="sql">The query.</param>
    /// <param name="runs">The runs.</param>
    /// <param name="cancellation">Interrupts the query.</param>
    /// <exception cref="EvalCoreException">The query is wrong; the message says where.</exception>
    IQueryResult Query(string sql, IReadOnlyList<QueriedRun> runs, CancellationToken cancellation);
}
