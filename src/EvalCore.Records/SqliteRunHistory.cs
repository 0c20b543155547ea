using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using EvalCore.History;
using EvalCore.Results;
using Microsoft.Data.Sqlite;

namespace EvalCore.Records;

/// <summary>An open history in SQLite.</summary>
internal sealed class SqliteRunHistory(SqliteConnection connection, string path) : IRunHistory
{
    private const string Columns =
        "SELECT entries.key, kind, finished_at, git_commit, name, suite, policy, entries.episodes, successes, seconds, series";

    private const string Order = "ORDER BY finished_at, entries.key";

    public int Add(IReadOnlyList<HistoryEntry> entries) => SqliteHistory.Try(path, () =>
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        SqliteHistory.Prepare(connection, transaction);
        int added = 0;
        foreach (var entry in entries)
        {
            using var command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = "INSERT OR IGNORE INTO entries VALUES ($key, $kind, $at, $commit, $name, $suite, $policy, $episodes, $successes, $seconds, $series)";
            command.Parameters.AddWithValue("$key", entry.Key);
            command.Parameters.AddWithValue("$kind", entry.Kind.ToString());
            command.Parameters.AddWithValue("$at", entry.FinishedAt.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
            command.Parameters.AddWithValue("$commit", entry.Commit);
            command.Parameters.AddWithValue("$name", entry.Name);
            command.Parameters.AddWithValue("$suite", entry.Suite);
            command.Parameters.AddWithValue("$policy", entry.Policy);
            command.Parameters.AddWithValue("$episodes", entry.Episodes);
            command.Parameters.AddWithValue("$successes", entry.Successes);
            command.Parameters.AddWithValue("$seconds", entry.Seconds);
            command.Parameters.AddWithValue("$series", entry.Series);
            if (command.ExecuteNonQuery() == 0)
                continue;
            added++;
            if (entry.Run.Length > 0)
                ReplaceEarlier(entry, transaction);
            if (entry.Errors > 0)
                AddErrors(entry, transaction);
            if (entry.Result is { } result)
                AddResult(entry.Key, result, transaction);
        }

        transaction.Commit();
        return added;
    });

    public IReadOnlyList<HistoryEntry> Entries() => SqliteHistory.Try<IReadOnlyList<HistoryEntry>>(path, () =>
    {
        if (SqliteHistory.IsEmpty(connection))
            return [];
        bool hasErrors = SqliteHistory.Number(connection, "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'errors'") > 0;
        using var command = connection.CreateCommand();
        command.CommandText = hasErrors
            ? $"{Columns}, coalesce(errors.episodes, 0) FROM entries LEFT JOIN errors ON errors.key = entries.key {Order}"
            : $"{Columns}, 0 FROM entries {Order}";
        using var reader = command.ExecuteReader();
        var entries = new List<HistoryEntry>();
        while (reader.Read())
        {
            entries.Add(new HistoryEntry
            {
                Key = reader.GetString(0),
                Kind = Enum.TryParse<HistoryKind>(reader.GetString(1), out var kind) ? kind : throw Damaged(),
                FinishedAt = DateTimeOffset.TryParse(reader.GetString(2), CultureInfo.InvariantCulture, out var at) ? at : throw Damaged(),
                Commit = reader.GetString(3),
                Name = reader.GetString(4),
                Suite = reader.GetString(5),
                Policy = reader.GetString(6),
                Episodes = reader.GetInt32(7),
                Successes = reader.GetInt32(8),
                Seconds = reader.GetDouble(9),
                Series = reader.GetString(10),
                Errors = reader.GetInt32(11),
            });
        }

        return entries;
    });

    public EvalInfo ResultOf(HistoryEntry entry) => SqliteHistory.Try(path, () =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT provenance, episodes FROM results WHERE key = $key";
        command.Parameters.AddWithValue("$key", entry.Key);
        using var reader = command.ExecuteReader();
        try
        {
            return reader.Read() && JsonNode.Parse(reader.GetString(0)) is JsonObject provenance
                ? new EvalInfo(Unpack((byte[])reader[1]), 0, "", provenance)
                : throw Damaged();
        }
        catch (Exception e) when (e is JsonException or InvalidDataException or InvalidCastException)
        {
            throw Damaged();
        }
    });

    public void Dispose() => connection.Dispose();

    /// <summary>Removes the earlier results of the run that an entry is of.</summary>
    private void ReplaceEarlier(HistoryEntry entry, SqliteTransaction transaction)
    {
        SqliteHistory.Execute(connection, $"{SqliteHistory.Errors} {SqliteHistory.Runs}", transaction);
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText =
            """
            DELETE FROM results WHERE key IN (SELECT key FROM runs WHERE run = $run);
            DELETE FROM errors WHERE key IN (SELECT key FROM runs WHERE run = $run);
            DELETE FROM entries WHERE key IN (SELECT key FROM runs WHERE run = $run);
            DELETE FROM runs WHERE run = $run;
            INSERT INTO runs VALUES ($key, $run);
            """;
        command.Parameters.AddWithValue("$key", entry.Key);
        command.Parameters.AddWithValue("$run", entry.Run);
        command.ExecuteNonQuery();
    }

    private void AddErrors(HistoryEntry entry, SqliteTransaction transaction)
    {
        SqliteHistory.Execute(connection, SqliteHistory.Errors, transaction);
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "INSERT OR REPLACE INTO errors VALUES ($key, $episodes)";
        command.Parameters.AddWithValue("$key", entry.Key);
        command.Parameters.AddWithValue("$episodes", entry.Errors);
        command.ExecuteNonQuery();
    }

    private void AddResult(string key, EvalInfo result, SqliteTransaction transaction)
    {
        // What inputs are compared with is long, and no comparison of results reads it.
        var provenance = (JsonObject)result.Provenance!.DeepClone();
        provenance.Remove("features");
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "INSERT OR REPLACE INTO results VALUES ($key, $provenance, $episodes)";
        command.Parameters.AddWithValue("$key", key);
        command.Parameters.AddWithValue("$provenance", provenance.ToJsonString());
        command.Parameters.AddWithValue("$episodes", Pack(result.Episodes));
        command.ExecuteNonQuery();
    }

    private static byte[] Pack(IReadOnlyList<EpisodeRecord> episodes)
    {
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Fastest))
            JsonSerializer.Serialize(zip, episodes.Select(Kept.Of));
        return packed.ToArray();
    }

    private static IEnumerable<EpisodeRecord> Unpack(byte[] packed)
    {
        using var zip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        return [.. (JsonSerializer.Deserialize<List<Kept>>(zip) ?? []).Select(episode => episode.Record())];
    }

    private EvalCoreException Damaged() => new($"--history: {path} is damaged; restore a copy, or make a new one with evalcore history add DIR...");

    /// <summary>What is kept of an episode.</summary>
    private sealed record Kept(string? Suite, string Group, int Id, string Task, int Index, long? Seed, int? Init, bool Success)
    {
        public static Kept Of(EpisodeRecord episode) => new(
            episode.Suite, episode.TaskGroup, episode.TaskId, episode.Task, episode.EpisodeIndex, episode.Seed, episode.InitStateId, episode.Success);

        public EpisodeRecord Record() => new()
        {
            Suite = Suite, TaskGroup = Group, TaskId = Id, Task = Task, EpisodeIndex = Index, Seed = Seed, InitStateId = Init, Success = Success,
            Steps = null, SumReward = 0, MaxReward = 0, Timings = null,
        };
    }
}
