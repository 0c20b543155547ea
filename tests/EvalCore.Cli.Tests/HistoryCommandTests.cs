using System.Text.Json.Nodes;
using EvalCore.Commands;
using EvalCore.History;
using EvalCore.Records;
using EvalCore.Results;
using Microsoft.Data.Sqlite;

namespace EvalCore.Cli.Tests;

public sealed class HistoryCommandTests : IDisposable
{
    private readonly CommandLine _line = new();

    public void Dispose() => _line.Dispose();

    private string Db => _line.In("runs.db");

    [Fact]
    public async Task A_run_is_added_by_its_flag_by_the_variable_or_afterwards_and_once_only()
    {
        await Play("a", $"--history={Db}");
        Assert.Single(Entries());
        Assert.Equal(0, await _line.Run("history", "add", _line.In("a"), $"--history={Db}"));
        Assert.Equal($"0 entries added to {Db}, 1 there already", _line.Out.Lines[^1]);

        await Play("b");
        Assert.Equal(0, await _line.Run("history", "add", _line.In("a"), _line.In("b", EvalInfo.FileName), "--history", Db));
        Assert.Equal($"1 entry added to {Db}, 1 there already", _line.Out.Lines[^1]);

        _line.Set("EVALCORE_HISTORY", Db);
        await Play("c");
        Assert.Equal([_line.In("a"), _line.In("b"), _line.In("c")], Entries().Select(entry => entry.Name).Order());
        Assert.Equal(0, await _line.Run("history", "list"));
    }

    [Fact]
    public async Task A_run_that_was_resumed_with_more_episodes_is_there_once()
    {
        await Play("a", $"--history={Db}");
        await Play("b", $"--history={Db}");
        Assert.Equal(0, await _line.Run("eval", $"--resume={_line.In("a")}", "--eval.n_episodes=5"));
        Assert.Equal([(_line.In("a"), 10), (_line.In("b"), 6)], Entries().Select(entry => (entry.Name, entry.Episodes)).Order());

        // Another run in the same folder is another entry.
        Directory.Delete(_line.In("a"), recursive: true);
        await Play("a", $"--history={Db}");
        Assert.Equal(3, Entries().Count);
        Assert.NotEqual(ExitCode.BadInput, await _line.Run("history", "check", $"--history={Db}"));
    }

    [Fact]
    public async Task An_entry_has_the_figures_of_its_run()
    {
        await Play("a", $"--history={Db}");
        var info = EvalInfo.Load(_line.In("a", EvalInfo.FileName));
        var entry = Assert.Single(Entries());
        Assert.Equal(
            ("walk", "walker", 6, info.Overall.NSuccess, info.EvalEpS), (entry.Suite, entry.Policy, entry.Episodes, entry.Successes, entry.Seconds));
        using var history = new SqliteHistory().Open(Db, create: false);
        var kept = history.ResultOf(entry);
        Assert.Equal(info.Episodes.Select(episode => (episode.Key, episode.Seed, episode.Success)), kept.Episodes.Select(episode => (episode.Key, episode.Seed, episode.Success)));
    }

    [Fact]
    public async Task An_entry_of_a_merged_result_has_the_commits_and_policies_of_its_parts()
    {
        await Play("a", "--shard=0/2");
        await Play("b", "--shard=1/2");
        Assert.Equal(0, await _line.Run("merge", _line.In("a"), _line.In("b"), "-o", _line.In("merged")));
        var info = EvalInfo.Load(_line.In("merged", EvalInfo.FileName));
        var entry = HistoryEntry.Of("merged", info);
        Assert.Equal(("walk", "walker"), (entry.Suite, entry.Policy));
        var (first, second) = (info.Provenance!["merged"]![0]!, info.Provenance["merged"]![1]!);
        (first["git_commit"], second["git_commit"]) = ("abc1", "def2");
        second["policy"]!["type"] = "runner";
        entry = HistoryEntry.Of("merged", info);
        Assert.Equal(("walk", "walker,runner", "abc1,def2"), (entry.Suite, entry.Policy, entry.Commit));
    }

    [Fact]
    public async Task A_list_is_in_the_order_of_time_and_can_be_filtered()
    {
        await Add(("2026-01-02", "abc1", 5, 1), ("2026-01-01", "abc2", 5, 1), ("2026-01-03", "def3", 5, 1));
        Assert.Equal(["abc2", "abc1", "def3"], await List());
        Assert.Equal(["abc2", "abc1"], await List("--commit=abc"));
        Assert.Equal(["abc1", "def3"], await List("--since=2026-01-02"));
        Assert.Equal(["abc2", "abc1", "def3"], await List("--suite=walk", "--policy=walk"));
    }

    [Fact]
    public async Task A_check_that_could_compare_nothing_is_undecided()
    {
        await Play("a", $"--history={Db}");
        Assert.Equal(ExitCode.Undecided, await _line.Run("history", "check", $"--history={Db}"));
        Assert.Equal("nothing could be compared: no entry has earlier ones of the same suite, policy and machine", _line.Out.Lines[^1]);
    }

    [Fact]
    public async Task A_history_in_a_folder_that_is_not_there_is_refused_before_the_run()
    {
        Assert.Equal(2, await _line.Run("eval", "--env.type=walk", "--policy.type=walker", $"--output_dir={_line.In("a")}", $"--history={_line.In("none", "runs.db")}"));
        Assert.Equal($"error: --history: {_line.In("none", "runs.db")}: there is no folder {_line.In("none")}; make it, or name another file", _line.Error.Lines[^1]);
        Assert.False(Directory.Exists(_line.In("a")));
    }

    [Fact]
    public async Task A_run_is_added_to_a_file_that_was_made_empty()
    {
        File.WriteAllBytes(Db, []);
        await Play("a", $"--history={Db}");
        Assert.Single(Entries());
    }

    [Fact]
    public async Task The_same_success_and_time_are_not_flagged()
    {
        await Add([.. Enumerable.Range(1, 8).Select(day => ($"2026-01-0{day}", $"c{day}", 50, 1.0 + day % 3 * 0.01))]);
        Assert.Equal(0, await _line.Run("history", "check", $"--history={Db}"));
        Assert.Equal("nothing is flagged", _line.Out.Lines[^1]);
    }

    [Fact]
    public async Task A_drop_of_success_is_flagged_with_exit_code_3()
    {
        await Add(("2026-01-01", "before", 90, 1), ("2026-01-02", "after", 60, 1));
        Assert.Equal(ExitCode.GateFailed, await _line.Run("history", "check", $"--history={Db}"));
        Assert.Contains(_line.Out.Lines, line => line.StartsWith("success  walk, walker: 60/100 at after, before 90/100 at before: DROPPED (p = 0, paired)", StringComparison.Ordinal));
        Assert.Equal("1 of 2 flagged", _line.Out.Lines[^1]);
    }

    [Fact]
    public async Task Small_drops_are_found_against_the_best_run()
    {
        await Add([.. Enumerable.Range(0, 6).Select(i => ($"2026-01-0{i + 1}", $"c{i}", 90 - 4 * i, 1.0))]);
        Assert.Equal(0, await _line.Run("history", "check", $"--history={Db}", "--alpha=0.01"));
        Assert.Equal(ExitCode.GateFailed, await _line.Run("history", "check", $"--history={Db}", "--against=best", "--alpha=0.01"));
    }

    [Theory]
    [InlineData(1.3, true)]
    [InlineData(1.08, false)]
    [InlineData(0.5, false)]
    public async Task A_slowdown_is_flagged_and_a_small_one_is_not(double last, bool isFlagged)
    {
        double[] times = [1, 1.02, 0.99, 1.01, 1, 0.98, 3, last];
        await Add([.. times.Select((time, i) => ($"2026-01-0{i + 1}", $"c{i}", 50, time))]);
        Assert.Equal(isFlagged ? ExitCode.GateFailed : 0, await _line.Run("history", "check", $"--history={Db}"));
        Assert.Contains(_line.Out.Lines, line => line.StartsWith("time     walk, walker: ", StringComparison.Ordinal) && line.Contains("SLOWER", StringComparison.Ordinal) == isFlagged);
    }

    [Fact]
    public async Task Few_earlier_times_are_said_and_not_judged()
    {
        await Add(("2026-01-01", "a", 50, 1), ("2026-01-02", "b", 50, 9));
        Assert.Equal(0, await _line.Run("history", "check", $"--history={Db}"));
        Assert.Contains("time     walk, walker: 9 s; 1 earlier of this machine and these flags, 4 are needed", _line.Out.Lines);
    }

    [Fact]
    public async Task Benchmarks_are_taken_in_and_checked()
    {
        for (int i = 0; i < 6; i++)
        {
            string file = _line.In($"{i}", "Toy-report-full.json");
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, new JsonObject
            {
                ["Title"] = "Toy",
                ["HostEnvironmentInfo"] = new JsonObject { ["OsVersion"] = "Linux", ["ProcessorName"] = "A", ["LogicalCoreCount"] = 2, ["RuntimeVersion"] = ".NET 10" },
                ["Benchmarks"] = new JsonArray(
                    new JsonObject { ["FullName"] = "Toy.Step", ["Statistics"] = new JsonObject { ["Median"] = i == 5 ? 5400 : 4400 + i } },
                    new JsonObject { ["FullName"] = "Toy.Failed" }),
            }.ToJsonString());
            File.SetLastWriteTimeUtc(file, new DateTime(2026, 1, 1 + i, 0, 0, 0, DateTimeKind.Utc));
            Assert.Equal(0, await _line.Run("history", "add", i % 2 == 0 ? _line.In($"{i}") : file, $"--history={Db}", $"--commit=c{i}"));
        }

        Assert.Equal(ExitCode.GateFailed, await _line.Run("history", "check", $"--history={Db}"));
        Assert.Contains(_line.Out.Lines, line => line.StartsWith("time     Toy.Step: 5.4 µs at c5, median of 5 before 4.4 µs: SLOWER (+22.7 %, ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_plot_replaces_no_folder()
    {
        await Add(("2026-01-01", "aaaa", 50, 1));
        Directory.CreateDirectory(_line.In("h.svg"));
        Assert.Equal(ExitCode.BadInput, await _line.Run("history", "plot", $"--history={Db}", $"--output={_line.In("h.svg")}"));
        Assert.Equal($"error: --output: {_line.In("h.svg")} is a folder; name a file", _line.Error.Lines[^1]);
    }

    [Fact]
    public async Task A_plot_is_an_svg_with_the_commits()
    {
        await Add(("2026-01-01", "aaaa", 50, 1), ("2026-01-02", "bbbb", 60, 1.5), ("2026-01-03", "cccc", 55, 0.5));
        Assert.Equal(0, await _line.Run("history", "plot", $"--history={Db}", $"--output={_line.In("h.svg")}"));
        var svg = System.Xml.Linq.XDocument.Load(_line.In("h.svg"));
        Assert.Equal("svg", svg.Root!.Name.LocalName);
        Assert.All((string[])["aaaa", "bbbb", "cccc", "success rate, %", "time, s", "walk, walker"], text => Assert.Contains(text, svg.ToString(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("evalcore history: expected add, list, plot or check")]
    [InlineData("evalcore history lits: expected add, list, plot or check", "lits")]
    [InlineData("--history is missing: name the file with --history=FILE, or by the variable EVALCORE_HISTORY", "list")]
    [InlineData("--history: there is no file FOLDER/none.db; evalcore history add DIR... --history=FOLDER/none.db makes it", "list", "--history=FOLDER/none.db")]
    [InlineData("--history: FOLDER is a folder; name a file", "list", "--history=FOLDER")]
    [InlineData("--history: FOLDER/text is not a history file; name another one", "list", "--history=FOLDER/text")]
    [InlineData("--history: FOLDER/empty has no entry; add runs with evalcore history add DIR...", "check", "--history=FOLDER/empty")]
    [InlineData("--history: FOLDER/other.db is not a history file; name another one", "list", "--history=FOLDER/other.db")]
    [InlineData("--history: FOLDER/new.db has version 2, and this evalcore reads version 1; use the evalcore that wrote it, or another file", "list", "--history=FOLDER/new.db")]
    [InlineData("--history: FOLDER/locked.db is locked by another process; try again when it has finished", "list", "--history=FOLDER/locked.db")]
    [InlineData("--history: FOLDER/none/runs.db cannot be written (no permission, or its folder is missing)", "add", "FOLDER/a", "--history=FOLDER/none/runs.db")]
    [InlineData("history add: no run is named; name output folders: evalcore history add DIR...", "add", "--history=FOLDER/runs.db")]
    [InlineData("nowhere/eval_info.json: there is no such file; name the output folder of a finished run", "add", "nowhere", "--history=FOLDER/runs.db")]
    [InlineData("FOLDER/x-report.json: is not a report of BenchmarkDotNet (--exporters json)", "add", "FOLDER/x-report.json", "--history=FOLDER/runs.db")]
    [InlineData("--since: 'yesterday' is not a date, for example 2026-01-31", "list", "--since=yesterday", "--history=FOLDER/good.db")]
    [InlineData("--history: none of the 1 entries of FOLDER/good.db has these properties", "list", "--suite=none", "--history=FOLDER/good.db")]
    [InlineData("--against: 'worst' is not one of previous, best", "check", "--against=worst", "--history=FOLDER/good.db")]
    [InlineData("--alpha: 2 is not possible; give a probability between 0 and 1, for example 0.05", "check", "--alpha=2", "--history=FOLDER/good.db")]
    [InlineData("--since: has no effect with history add, only with list, plot and check; omit the flag", "add", "FOLDER/a", "--since=2026-01-31", "--history=FOLDER/good.db")]
    [InlineData("--suite: has no effect with history add, only with list, plot and check; omit the flag", "add", "FOLDER/a", "--suite=walk", "--history=FOLDER/good.db")]
    [InlineData("--policy: has no effect with history add, only with list, plot and check; omit the flag", "add", "FOLDER/a", "--policy=walker", "--history=FOLDER/good.db")]
    [InlineData("--commit: has no effect with history add of runs, which record their own, only of benchmarks; omit the flag", "add", "FOLDER/a", "--commit=abc", "--history=FOLDER/good.db")]
    [InlineData("--output: has no effect with history list, only with plot; omit the flag", "list", "--output=x.svg", "--history=FOLDER/good.db")]
    [InlineData("--against: has no effect with history plot, only with check; omit the flag", "plot", "--against=best", "--history=FOLDER/good.db")]
    [InlineData("--alpha: has no effect with history list, only with check; omit the flag", "list", "--alpha=0.01", "--history=FOLDER/good.db")]
    [InlineData("--slowdown: has no effect with history add, only with check; omit the flag", "add", "FOLDER/a", "--slowdown=5", "--history=FOLDER/good.db")]
    [InlineData("--output: plot.png is not the name of an SVG file; give a name that ends with .svg", "plot", "--output=plot.png", "--history=FOLDER/good.db")]
    public async Task Bad_input_is_one_line(string message, params string[] args)
    {
        await Play("a", $"--history={_line.In("good.db")}");
        File.WriteAllText(_line.In("text"), new string('x', 5000));
        File.WriteAllBytes(_line.In("empty"), []);
        File.WriteAllText(_line.In("x-report.json"), "{}");
        Sql("other.db", "create table t (x)");
        File.Copy(_line.In("good.db"), _line.In("new.db"));
        Sql("new.db", "pragma user_version = 2");
        File.Copy(_line.In("good.db"), _line.In("locked.db"));
        using var locking = new SqliteConnection($"Data Source={_line.In("locked.db")};Pooling=False");
        locking.Open();
        Execute(locking, "begin exclusive");
        Assert.Equal(ExitCode.BadInput, await _line.Run(["history", .. args.Select(arg => arg.Replace("FOLDER", _line.Folder, StringComparison.Ordinal))]));
        Assert.Equal($"error: {message}", _line.Scrub(_line.Error.Lines[^1]));
    }

    [Fact]
    public async Task A_run_with_a_history_of_another_version_does_not_begin()
    {
        await Play("a", $"--history={Db}");
        Sql("runs.db", "pragma user_version = 2");
        Assert.Equal(ExitCode.BadInput, await _line.Run([.. Flags, $"--output_dir={_line.In("b")}", $"--history={Db}"]));
        Assert.False(Directory.Exists(_line.In("b")));
    }

    [Fact]
    public async Task A_run_whose_history_is_locked_at_its_end_keeps_its_result_and_says_how_to_add_it()
    {
        await Play("a", $"--history={Db}");
        using var locking = new SqliteConnection($"Data Source={Db};Pooling=False");
        locking.Open();
        bool isLocked = false;
        _line.OnStep = () =>
        {
            lock (locking)
            {
                if (!isLocked)
                    Execute(locking, "begin exclusive");
                isLocked = true;
            }
        };
        await Play("b", $"--history={Db}");
        Assert.Equal(
            "note: the run is not in the history (--history: FOLDER/runs.db is locked by another process; try again when it has finished); later: evalcore history add FOLDER/b --history=FOLDER/runs.db",
            _line.Scrub(_line.Error.Lines[^1]));
        Assert.True(File.Exists(_line.In("b", EvalInfo.FileName)));
    }

    [Fact]
    public async Task Several_processes_add_at_once()
    {
        await Play("a");
        var info = EvalInfo.Load(_line.In("a", EvalInfo.FileName));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(() =>
        {
            for (int i = 0; i < 5; i++)
            {
                using var history = new SqliteHistory(TimeSpan.FromMinutes(1)).Open(Db, create: true);
                Assert.Equal(1, history.Add([HistoryEntry.Of(_line.In("a"), info) with { Key = $"{writer}.{i}", Run = "" }]));
            }
        })));
        Assert.Equal(40, Entries().Count);
    }

    [Fact]
    public async Task A_damaged_history_is_one_line()
    {
        await Add(("2026-01-01", "a", 50, 1), ("2026-01-02", "b", 40, 1));
        string path = _line.In("damaged.db");
        Fuzz.Run([File.ReadAllBytes(Db)], input =>
        {
            File.WriteAllBytes(path, input);
            try
            {
                using var history = new SqliteHistory(TimeSpan.FromSeconds(1)).Open(path, create: false);
                foreach (var entry in history.Entries())
                    history.ResultOf(entry);
            }
            catch (EvalCoreException)
            {
            }
        });
    }

    private static string[] Flags => ["--env.type=walk", "--policy.type=walker", "--policy.device=cpu", "--eval.n_episodes=3", "--eval.n_episodes_to_render=0"];

    private async Task Play(string folder, params string[] flags) => Assert.Equal(0, await _line.Run([.. Flags, $"--output_dir={_line.In(folder)}", .. flags]));

    private IReadOnlyList<HistoryEntry> Entries()
    {
        using var history = new SqliteHistory().Open(Db, create: false);
        return history.Entries();
    }

    /// <summary>Adds runs of 100 episodes, of which the first succeeded.</summary>
    private async Task Add(params (string Date, string Commit, int Successes, double EpS)[] runs)
    {
        await Play("template");
        var template = EvalInfo.Load(_line.In("template", EvalInfo.FileName));
        using var history = new SqliteHistory().Open(Db, create: true);
        foreach (var (date, commit, successes, epS) in runs)
        {
            var provenance = (JsonObject)template.Provenance!.DeepClone();
            (provenance["git_commit"], provenance["finished_at"]) = (commit, $"{date}T12:00:00+00:00");
            var episodes = Enumerable.Range(0, 100).Select(i => template.Episodes[0] with { EpisodeIndex = i, Seed = 1000 + i, Success = i < successes });
            history.Add([HistoryEntry.Of(_line.In(commit), new EvalInfo(episodes, 100 * epS, "", provenance))]);
        }
    }

    private async Task<IEnumerable<string>> List(params string[] flags)
    {
        int before = _line.Out.Output.Length;
        Assert.Equal(0, await _line.Run(["history", "list", $"--history={Db}", .. flags]));
        return [.. _line.Out.Output[before..].Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(words => words.Length > 5 && words[0].StartsWith("2026", StringComparison.Ordinal)).Select(words => words[2])];
    }

    private void Sql(string file, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_line.In(file)};Pooling=False");
        connection.Open();
        Execute(connection, sql);
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
