using EvalCore.History;
using Microsoft.Data.Sqlite;

namespace EvalCore.Records;

/// <summary>
/// Histories in SQLite. SQLite, because several processes write at once, for example the jobs of a continuous integration: each waits
/// for the others, and readers see whole entries only. Its rollback journal is used and not its write-ahead log, which does not work
/// on the network file systems of clusters (sqlite.org/wal.html).
/// </summary>
/// <param name="patience">How long to wait for another process that writes; null for 10 s.</param>
public sealed class SqliteHistory(TimeSpan? patience = null) : IHistoryFormat
{
    /// <summary>Says in the file's header that it is a history: "EvHi".</summary>
    internal const int ApplicationId = 0x45764869;

    /// <summary>The version of the tables.</summary>
    internal const int Version = 1;

    /// <summary>
    /// The numbers of episodes that could not be played, of the runs that have some. A table of its own, so that files without it, which
    /// an older version made, are of the same version.
    /// </summary>
    internal const string Errors = "CREATE TABLE IF NOT EXISTS errors (key TEXT PRIMARY KEY REFERENCES entries (key), episodes INTEGER NOT NULL) WITHOUT ROWID;";

    /// <summary>
    /// The runs that the entries are of, so that the result of a resumed run replaces the earlier one. A table of its own, as that of the
    /// errors is.
    /// </summary>
    internal const string Runs = "CREATE TABLE IF NOT EXISTS runs (key TEXT PRIMARY KEY, run TEXT NOT NULL) WITHOUT ROWID;";

    private const string Tables =
        """
        CREATE TABLE entries (
            key TEXT PRIMARY KEY, kind TEXT NOT NULL, finished_at TEXT NOT NULL, git_commit TEXT NOT NULL, name TEXT NOT NULL, suite TEXT NOT NULL,
            policy TEXT NOT NULL, episodes INTEGER NOT NULL, successes INTEGER NOT NULL, seconds REAL NOT NULL, series TEXT NOT NULL) WITHOUT ROWID;
        CREATE INDEX entries_by_time ON entries (finished_at, key);
        CREATE TABLE results (key TEXT PRIMARY KEY REFERENCES entries (key), provenance TEXT NOT NULL, episodes BLOB NOT NULL);
        """;

    /// <inheritdoc/>
    public IRunHistory Open(string path, bool create)
    {
        if (Directory.Exists(path))
            throw new EvalCoreException($"--history: {path} is a folder; name a file");
        if (!create && !File.Exists(path))
            throw new EvalCoreException($"--history: there is no file {path}; evalcore history add DIR... --history={path} makes it");
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = Path.GetFullPath(path),
            Mode = create ? SqliteOpenMode.ReadWriteCreate : SqliteOpenMode.ReadWrite,
            Pooling = false,
            DefaultTimeout = (int)Math.Ceiling((patience ?? TimeSpan.FromSeconds(10)).TotalSeconds),
        }.ToString());
        try
        {
            return Try(path, () =>
            {
                connection.Open();
                Check(connection, path);
                return new SqliteRunHistory(connection, path);
            });
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Does something with the file; an error of SQLite becomes one line.</summary>
    internal static T Try<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SqliteException e)
        {
            const int ReadOnly = 8, Busy = 5, Locked = 6, Corrupt = 11, Full = 13, CannotOpen = 14, NotADatabase = 26;
            throw new EvalCoreException(
                e.SqliteErrorCode switch
                {
                    Busy or Locked => $"--history: {path} is locked by another process; try again when it has finished",
                    NotADatabase => $"--history: {path} is not a history file; name another one",
                    Corrupt => $"--history: {path} is damaged; restore a copy, or make a new one with evalcore history add DIR...",
                    ReadOnly or CannotOpen => $"--history: {path} cannot be written (no permission, or its folder is missing)",
                    Full => $"--history: {path} cannot be written (the disk is full)",
                    _ => $"--history: {path} cannot be used ({EvalCoreException.Reason(e)})",
                },
                e);
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            throw EvalCoreException.CannotWrite($"--history: {path}", e);
        }
    }

    /// <summary>
    /// Whether the file has no table yet. It is a history without entries then: a file that a user made empty, or that another process
    /// is about to fill.
    /// </summary>
    internal static bool IsEmpty(SqliteConnection connection, SqliteTransaction? transaction = null) => Number(connection, "PRAGMA schema_version", transaction) == 0;

    /// <summary>Makes the tables where there are none. Of processes that do it at once, the second one finds them.</summary>
    /// <param name="connection">The file.</param>
    /// <param name="transaction">A transaction that writes, so that no other process makes them meanwhile.</param>
    internal static void Prepare(SqliteConnection connection, SqliteTransaction transaction)
    {
        if (IsEmpty(connection, transaction))
            Execute(connection, $"{Tables} {Errors} PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {Version};", transaction);
    }

    private static void Check(SqliteConnection connection, string path)
    {
        if (IsEmpty(connection))
            return;
        if (Number(connection, "PRAGMA application_id") != ApplicationId)
            throw new EvalCoreException($"--history: {path} is not a history file; name another one");
        if (Number(connection, "PRAGMA user_version") is var version and not Version)
            throw new EvalCoreException($"--history: {path} has version {version}, and this evalcore reads version {Version}; use the evalcore that wrote it, or another file");
    }

    internal static long Number(SqliteConnection connection, string sql, SqliteTransaction? transaction = null)
    {
        using var command = connection.CreateCommand();
        (command.CommandText, command.Transaction) = (sql, transaction);
        return (long)command.ExecuteScalar()!;
    }

    internal static void Execute(SqliteConnection connection, string sql, SqliteTransaction transaction)
    {
        using var command = connection.CreateCommand();
        (command.CommandText, command.Transaction) = (sql, transaction);
        command.ExecuteNonQuery();
    }
}
