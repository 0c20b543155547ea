using DuckDB.NET.Data;

namespace EvalCore.Records.Tests;

/// <summary>Reads Parquet files by DuckDB, which did not write them.</summary>
internal static class Sql
{
    /// <summary>The rows of a query's result.</summary>
    public static List<object?[]> Rows(string sql)
    {
        using var connection = new DuckDBConnection("Data Source=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<object?[]>();
        while (reader.Read())
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : reader.GetValue(i))]);
        return rows;
    }
}
