using System.Globalization;
using System.Text.Json.Nodes;
using DuckDB.NET.Data;
using EvalCore.Queries;
using EvalCore.Results;

namespace EvalCore.Records;

/// <summary>The tables <c>runs</c>, <c>episodes</c> and <c>errors</c> of a query: the episodes that were played, and those that could not be.</summary>
internal static class RunTables
{
    private const string Runs =
        """
        CREATE TABLE runs (
            run VARCHAR, suite VARCHAR, policy VARCHAR, policy_path VARCHAR, seed BIGINT, n_episodes BIGINT, n_success BIGINT, n_errors BIGINT, pc_success DOUBLE,
            eval_s DOUBLE, eval_ep_s DOUBLE, shard VARCHAR, evalcore VARCHAR, git_commit VARCHAR, finished_at VARCHAR)
        """;

    private const string Episodes =
        """
        CREATE TABLE episodes (
            run VARCHAR, suite VARCHAR, task_group VARCHAR, task_id INTEGER, task VARCHAR, episode_index INTEGER, seed BIGINT, init_state_id INTEGER,
            steps INTEGER, sum_reward DOUBLE, max_reward DOUBLE, success BOOLEAN, progress DOUBLE, n_conditions INTEGER, warning VARCHAR, attempts INTEGER,
            video_path VARCHAR, physics_s DOUBLE, rendering_s DOUBLE, inference_s DOUBLE, waiting_s DOUBLE, harness_s DOUBLE)
        """;

    private const string Errors =
        """
        CREATE TABLE errors (
            run VARCHAR, suite VARCHAR, task_group VARCHAR, task_id INTEGER, task VARCHAR, episode_index INTEGER, seed BIGINT, init_state_id INTEGER,
            attempts INTEGER, error VARCHAR)
        """;

    /// <summary>Creates the tables, and fills those that the text can read: 10,000 episodes take a second.</summary>
    public static void Fill(DuckDBConnection connection, IReadOnlyList<QueriedRun> runs, string sql)
    {
        DuckDbQueries.Execute(connection, Runs);
        DuckDbQueries.Execute(connection, Episodes);
        DuckDbQueries.Execute(connection, Errors);
        Append<QueriedRun>("runs", run => [run], static (row, _, run) => Add(row, run));
        Append<EpisodeRecord>("episodes", run => run.Info.Episodes, Add);
        Append<EpisodeRecord>("errors", run => run.Info.Errors, AddError);

        void Append<T>(string name, Func<QueriedRun, IEnumerable<T>> rowsOf, Action<IDuckDBAppenderRow, string, T> add)
        {
            if (!Reads(sql, name))
                return;
            using var table = connection.CreateAppender(name);
            foreach (var run in runs)
            {
                foreach (var row in rowsOf(run))
                    add(table.CreateRow(), run.Name, row);
            }
        }
    }

    private static void AddError(IDuckDBAppenderRow row, string run, EpisodeRecord episode) =>
        row.AppendValue(run).AppendValue(episode.Suite).AppendValue(episode.TaskGroup).AppendValue((int?)episode.TaskId).AppendValue(episode.Task)
            .AppendValue((int?)episode.EpisodeIndex).AppendValue(episode.Seed).AppendValue(episode.InitStateId).AppendValue(episode.Attempts)
            .AppendValue(episode.Error).EndRow();

    /// <summary>Whether a text can read a table. DuckDB's functions <c>query</c> and <c>query_table</c> compose the name.</summary>
    public static bool Reads(string sql, string table) =>
        sql.Contains(table, StringComparison.OrdinalIgnoreCase) || sql.Contains("query", StringComparison.OrdinalIgnoreCase);

    /// <summary>Adds a run. A merged result has the values of its parts, where the provenance beside them is that of the first part.</summary>
    private static void Add(IDuckDBAppenderRow row, QueriedRun run)
    {
        var info = run.Info;
        var parts = Merge.Parts(info.Provenance).ToList();
        row.AppendValue(run.Name).AppendValue(Joined("env", "type")).AppendValue(Joined("policy", "type")).AppendValue(Joined("options", "policy", "path"))
            .AppendValue(Common(part => part["seed"] is JsonValue seed && seed.TryGetValue(out long number) ? number : (long?)null))
            .AppendValue((long?)info.Overall.NEpisodes).AppendValue((long?)info.Overall.NSuccess).AppendValue((long?)info.Errors.Count)
            .AppendValue(info.Episodes.Count == 0 ? null : (double?)info.Overall.PcSuccess)
            .AppendValue((double?)info.EvalS).AppendValue((double?)info.EvalEpS).AppendValue(Common(part => Merge.Text(part["shard"]))).AppendValue(Joined("evalcore"))
            .AppendValue(Joined("git_commit")).AppendValue(Texts("finished_at").MaxBy(TimeOf)).EndRow();

        IEnumerable<string> Texts(params string[] keys) => parts.Select(part => Merge.Text(Merge.Inner(part, keys))).OfType<string>();

        string? Joined(params string[] keys) => Texts(keys).Any() ? string.Join(",", Texts(keys).Distinct()) : null;

        T? Common<T>(Func<JsonNode, T?> valueOf) => parts.Select(valueOf).Distinct().Count() == 1 ? valueOf(parts[0]) : default;

        static DateTimeOffset TimeOf(string text) => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var time) ? time : default;
    }

    private static void Add(IDuckDBAppenderRow row, string run, EpisodeRecord episode) =>
        row.AppendValue(run).AppendValue(episode.Suite).AppendValue(episode.TaskGroup).AppendValue((int?)episode.TaskId).AppendValue(episode.Task)
            .AppendValue((int?)episode.EpisodeIndex).AppendValue(episode.Seed).AppendValue(episode.InitStateId).AppendValue(episode.Steps)
            .AppendValue((double?)episode.SumReward).AppendValue((double?)episode.MaxReward).AppendValue((bool?)episode.Success).AppendValue(episode.Progress)
            .AppendValue(episode.NConditions).AppendValue(episode.Warning).AppendValue(episode.Attempts).AppendValue(episode.VideoPath)
            .AppendValue(episode.Timings?.PhysicsS).AppendValue(episode.Timings?.RenderingS).AppendValue(episode.Timings?.InferenceS)
            .AppendValue(episode.Timings?.WaitingS).AppendValue(episode.Timings?.HarnessS).EndRow();
}
