using System.Text.RegularExpressions;
using DuckDB.NET.Data;
using DuckDB.NET.Native;
using EvalCore.Queries;

namespace EvalCore.Records;

/// <summary>
/// SQL over runs by DuckDB, in memory. <c>steps</c> is a view over the Parquet files, <c>runs</c>, <c>episodes</c> and <c>errors</c> are tables that
/// are filled from <c>eval_info.json</c> or the journal where the text names them. Before the query, access to other files and changes of settings are
/// switched off; only a single SELECT is run. A DESCRIBE, SUMMARIZE or SHOW is run as one.
/// </summary>
public sealed partial class DuckDbQueries : IQueryEngine
{
    private const string View = "evalcore_query";
    private const string Check = $"CREATE OR REPLACE TEMP VIEW {View} AS ";

    private const string Listing = "FROM (";

    /// <inheritdoc/>
    public IQueryResult Query(string sql, IReadOnlyList<QueriedRun> runs, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(sql);
        ArgumentNullException.ThrowIfNull(runs);
        var connection = new DuckDBConnection("Data Source=:memory:");
        try
        {
            connection.Open();
            RunTables.Fill(connection, runs, sql);
            string[] files = [.. runs.SelectMany(run => run.StepFiles).Select(Path.GetFullPath)];
            Lock(connection, files);
            CheckIsOne(connection, sql);
            (string select, int before) = IsListing().IsMatch(sql) ? ($"{Listing}{sql.TrimEnd().TrimEnd(';')}\n)", Listing.Length) : (sql, 0);
            string? noSteps = files.Length == 0 ? NoSteps(runs) : ViewSteps(connection, runs, files, select);
            CheckIsSelect(connection, sql, select, before, noSteps);
            if (ShownColumns.Of(connection, View, select) is { } shown)
                return new DuckDbResult(connection, shown.Sql, shown, message => SqlError.Describe(message, sql, before + Check.Length), cancellation);

            // SHOW would list the view.
            Execute(connection, $"DROP VIEW {View}");
            return new DuckDbResult(connection, select, null, message => SqlError.Describe(message, sql, before), cancellation);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Why there are no steps, as the end of a line.</summary>
    private static string NoSteps(IReadOnlyList<QueriedRun> runs) => runs.FirstOrDefault(run => run.HasMoreSteps) is { } unfinished
        ? $"; the steps of {unfinished.Name} are in no file yet: resume it to make the file"
        : runs.FirstOrDefault(run => run.Info.Provenance?["merged"] is not null) is { } merged
        ? $"; {merged.Name} is a merged result: name the output folders of its runs"
        : "; no run has recorded steps: play one with --eval.record=steps";

    /// <summary>Makes the view <c>steps</c>. What is wrong with a file matters to a query that reads them; null where nothing is.</summary>
    private static string? ViewSteps(DuckDBConnection connection, IReadOnlyList<QueriedRun> runs, string[] files, string sql)
    {
        // DuckDB reads a changed number as any other. A text that names steps and is valid without the view means something else, or a file.
        if (sql.Contains("parquet", StringComparison.OrdinalIgnoreCase) || (RunTables.Reads(sql, "steps") && !IsValid(connection, sql)))
        {
            foreach (var run in runs)
                run.CheckSteps();
            foreach (var run in runs)
                CheckIsNoCopy(run.StepFiles);
        }

        try
        {
            Execute(connection, StepsView(runs));
            return null;
        }
        catch (DuckDBException e)
        {
            string? damaged = Array.Find(files, file => !IsReadable(connection, file));
            return damaged is null ? $"; the recorded steps cannot be read ({SqlError.Describe(e.Message, "", 0)})" : $"; {damaged} is damaged: delete it and resume the run to record its episodes again";
        }
    }

    /// <summary>Checks that no file is there twice: its steps would count twice. The name of a file ends in the checksum of its content.</summary>
    private static void CheckIsNoCopy(IReadOnlyList<string> files)
    {
        if (files.GroupBy(file => Path.GetFileName(file).Split('-')[^1]).FirstOrDefault(same => same.Count() > 1)?.ToList() is { } copies)
            throw new EvalCoreException($"query: {copies[0]} and {copies[1]} have the same content, and its steps would count twice; delete one of them");
    }

    private static bool IsReadable(DuckDBConnection connection, string file) =>
        Succeeds(connection, $"SELECT * FROM read_parquet([{Quote(Literal(file))}]) LIMIT 0");

    /// <summary>Whether the text is a SELECT whose names all exist.</summary>
    private static bool IsValid(DuckDBConnection connection, string sql) => Succeeds(connection, Check + sql);

    private static bool Succeeds(DuckDBConnection connection, string sql)
    {
        try
        {
            Execute(connection, sql);
            return true;
        }
        catch (DuckDBException)
        {
            return false;
        }
    }

    internal static void Execute(DuckDBConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    internal static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>The steps of all runs; a column that a run lacks is null.</summary>
    private static string StepsView(IReadOnlyList<QueriedRun> runs) => "CREATE VIEW steps AS " + string.Join(
        " UNION ALL BY NAME ",
        runs.Where(run => run.StepFiles.Count > 0).Select(run =>
            $"SELECT * REPLACE ({Quote(run.Name)} AS run) FROM read_parquet([{string.Join(", ", run.StepFiles.Select(file => Quote(Literal(Path.GetFullPath(file)))))}], union_by_name = true)"));

    /// <summary>A path without the meaning of wildcards.</summary>
    private static string Literal(string path) => string.Concat(path.Select(c => c is '[' or '*' or '?' ? $"[{c}]" : c.ToString()));

    private static void Lock(DuckDBConnection connection, string[] files)
    {
        // Results that do not fit into memory would go to a folder beside the working folder.
        Execute(connection, "SET temp_directory = ''");
        Execute(connection, "SET errors_as_json = true");
        // A path that is written as a pattern is checked as it is written.
        Execute(connection, $"SET allowed_paths = [{string.Join(", ", files.Concat(files.Select(Literal)).Distinct().Select(Quote))}]");
        Execute(connection, "SET enable_external_access = false");
        Execute(connection, "SET lock_configuration = true");
    }

    /// <summary>Checks that the text is one statement.</summary>
    private static void CheckIsOne(DuckDBConnection connection, string sql)
    {
        int count = NativeMethods.ExtractStatements.DuckDBExtractStatements(connection.NativeConnection, sql, out var statements);
        using (statements)
        {
            if (count == 0 && NativeMethods.ExtractStatements.DuckDBExtractStatementsError(statements) is { Length: > 0 } error)
                throw new EvalCoreException($"query: {SqlError.Describe(error, sql, 0)}");
        }

        if (count == 1)
            return;
        if (count == 0)
            throw new EvalCoreException("query: the SQL is empty; for example: evalcore query \"select * from episodes\" RUN");

        // DuckDB first collects the values of a PIVOT that names none, by a statement of its own.
        throw new EvalCoreException(sql.Contains("pivot", StringComparison.OrdinalIgnoreCase)
            ? "query: this is a PIVOT without its values, or more than one statement; give one SELECT, and the values of a PIVOT, for example: pivot episodes on success in (true, false) using avg(steps)"
            : $"query: {count} statements are given; give one SELECT");
    }

    /// <summary>
    /// Checks that the statement is a SELECT. Paths that may be read may be written as well: a COPY could replace a file of the run.
    /// </summary>
    /// <param name="connection">The connection.</param>
    /// <param name="sql">The user's text.</param>
    /// <param name="select">The statement that is run.</param>
    /// <param name="before">The number of bytes that stand before the text in it.</param>
    /// <param name="noSteps">Why there is no table <c>steps</c>, as the end of a line; null where there is one.</param>
    private static void CheckIsSelect(DuckDBConnection connection, string sql, string select, int before, string? noSteps)
    {
        try
        {
            Execute(connection, Check + select);
        }
        catch (DuckDBException e)
        {
            string line = SqlError.Describe(e.Message, sql, before + Check.Length, out string kind, out string name);
            if (kind == "Parser")
                throw new EvalCoreException("query: only a SELECT, DESCRIBE, SUMMARIZE or SHOW can be run", e);

            // DuckDB's suggestion is the most similar name, which the reason makes wrong.
            throw new EvalCoreException(name == "steps" && noSteps is not null ? $"query: {line.Split("; Did you mean")[0]}{noSteps}" : $"query: {line}", e);
        }
    }

    /// <summary>A statement that is a table where it stands in FROM.</summary>
    [GeneratedRegex(@"^\s*(describe|desc|summarize|show)\b", RegexOptions.IgnoreCase)]
    private static partial Regex IsListing();
}
