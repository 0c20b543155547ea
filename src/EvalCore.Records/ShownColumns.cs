using System.Globalization;
using DuckDB.NET.Data;
using DuckDB.NET.Native;

namespace EvalCore.Records;

/// <summary>
/// The columns of a query that DuckDB itself turns into text. Numbers, booleans and text are read as they are, and so are lists, structs and
/// maps of them. No type of .NET has every value of the others: an interval of months, a date before the year 1, a time with its zone.
/// </summary>
internal sealed class ShownColumns
{
    /// <summary>The digits that a <see cref="decimal"/> always holds.</summary>
    private const int MostDigits = 28;

    private ShownColumns(string sql, IReadOnlyList<string> names, IReadOnlyList<bool> areDecimals) => (Sql, Names, AreDecimals) = (sql, names, areDecimals);

    /// <summary>The query with these columns as text.</summary>
    public string Sql { get; }

    /// <summary>The names of all columns, which the casts would change.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Which columns are texts of decimal numbers.</summary>
    public IReadOnlyList<bool> AreDecimals { get; }

    /// <summary>Finds the columns; null where every column is read as it is.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="view">A view of the query.</param>
    /// <param name="sql">The query, for the names: a view has no two columns of one name.</param>
    public static ShownColumns? Of(DuckDBConnection connection, string view, string sql)
    {
        var types = new List<(string? Cast, bool IsDecimal)>();
        bool isPlanned = NativeMethods.Query.DuckDBQuery(connection.NativeConnection, $"FROM {view} LIMIT 0", out var result) == DuckDBState.Success;
        try
        {
            // What fails here fails in the query itself, which says where.
            for (long i = 0; isPlanned && i < (long)NativeMethods.Query.DuckDBColumnCount(ref result); i++)
            {
                using var type = NativeMethods.Query.DuckDBColumnLogicalType(ref result, i);
                types.Add((CastOf(type), NativeMethods.LogicalType.DuckDBGetTypeId(type) == DuckDBType.Decimal));
            }
        }
        finally
        {
            NativeMethods.Query.DuckDBDestroyResult(ref result);
        }

        if (types.TrueForAll(type => type.Cast is null))
            return null;
        string columns = string.Join(", ", types.Select((type, i) => type.Cast is null ? $"#{i + 1}" : $"#{i + 1}::{type.Cast}"));
        var names = NamesOf(connection, sql);
        return new ShownColumns(
            $"SELECT {columns} FROM {view}",
            names.Count == types.Count ? names : NamesOf(connection, view),
            [.. types.Select(type => type is { Cast: not null, IsDecimal: true })]);
    }

    /// <summary>A decimal number of DuckDB: a number where .NET's type holds all of its digits, and else its text.</summary>
    public static object Number(string text) =>
        decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out decimal number) && number.ToString(CultureInfo.InvariantCulture) == text ? number : text;

    /// <summary>The type to which values of a type are cast; null where they are read as they are.</summary>
    private static string? CastOf(DuckDBLogicalType type)
    {
        const string Text = "VARCHAR";
        switch (NativeMethods.LogicalType.DuckDBGetTypeId(type))
        {
            case DuckDBType.Boolean or DuckDBType.TinyInt or DuckDBType.SmallInt or DuckDBType.Integer or DuckDBType.BigInt or DuckDBType.HugeInt
                or DuckDBType.UnsignedTinyInt or DuckDBType.UnsignedSmallInt or DuckDBType.UnsignedInteger or DuckDBType.UnsignedBigInt or DuckDBType.UnsignedHugeInt
                or DuckDBType.Float or DuckDBType.Double or DuckDBType.Varchar or DuckDBType.SqlNull:
                return null;
            case DuckDBType.Decimal:
                return NativeMethods.LogicalType.DuckDBDecimalWidth(type) <= MostDigits ? null : Text;
            case DuckDBType.List:
                using (var element = NativeMethods.LogicalType.DuckDBListTypeChildType(type))
                    return CastOf(element) is { } cast ? $"{cast}[]" : null;
            case DuckDBType.Array:
                using (var element = NativeMethods.LogicalType.DuckDBArrayTypeChildType(type))
                    return CastOf(element) is { } cast ? $"{cast}[]" : null;
            case DuckDBType.Struct:
                for (long i = 0; i < NativeMethods.LogicalType.DuckDBStructTypeChildCount(type); i++)
                {
                    using var field = NativeMethods.LogicalType.DuckDBStructTypeChildType(type, i);
                    if (CastOf(field) is not null)
                        return Text;
                }

                return null;
            case DuckDBType.Map:
                using (var key = NativeMethods.LogicalType.DuckDBMapTypeKeyType(type))
                using (var value = NativeMethods.LogicalType.DuckDBMapTypeValueType(type))
                    return CastOf(key) is null && CastOf(value) is null ? null : Text;
            default:
                return Text;
        }
    }

    /// <summary>The names of the columns of a query or view; none where DuckDB does not describe it.</summary>
    private static List<string> NamesOf(DuckDBConnection connection, string described)
    {
        var names = new List<string>();
        try
        {
            using var command = connection.CreateCommand();
            command.CommandText = $"DESCRIBE {described}";
            using var reader = command.ExecuteReader();
            while (reader.Read())
                names.Add(reader.GetString(0));
        }
        catch (DuckDBException)
        {
            names.Clear();
        }

        return names;
    }
}
