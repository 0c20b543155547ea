using System.Diagnostics;
using System.Text.Json.Nodes;
using EvalCore.Commands;
using EvalCore.Results;

namespace EvalCore.Cli.Tests;

public sealed class QueryCommandTests : IDisposable
{
    private readonly CommandLine _line = new();

    public void Dispose() => _line.Dispose();

    private string Run => _line.In("run");

    [Fact]
    public async Task A_table_is_aligned_with_numbers_to_the_right()
    {
        await Play("run");
        Assert.Equal(0, await _line.Run("query", "select task, count(*) as n, avg(steps) > 0 as any from episodes group by task order by task", Run));
        Assert.Equal(
            ["task   n  any", "─────  ─  ────", "left   3  true", "right  3  true"], _line.Out.Lines.TakeLast(4));
    }

    [Fact]
    public async Task Episodes_are_those_of_the_result()
    {
        await Play("run");
        var info = EvalInfo.Load(_line.In("run", EvalInfo.FileName));
        var rows = await Json("select * from episodes order by task_id, episode_index", Run);
        Assert.Equal(info.Episodes.Count, rows.Count);
        Assert.All(info.Episodes.Zip(rows), pair => Assert.Equal(
            (Run, pair.First.Suite, pair.First.Task, pair.First.Seed, pair.First.Steps, pair.First.SumReward, pair.First.Success),
            ((string)pair.Second["run"]!, (string?)pair.Second["suite"], (string)pair.Second["task"]!, (long?)pair.Second["seed"], (int?)pair.Second["steps"], (double)pair.Second["sum_reward"]!, (bool)pair.Second["success"]!)));
    }

    [Fact]
    public async Task Runs_with_and_without_recorded_steps_are_joined_by_run_and_episode()
    {
        await Play("run", "steps");
        await Play("other");
        var rows = await Json(
            "select e.run, e.task, e.episode_index, max(s.step) as steps, any_value(e.steps) as expected from episodes e join steps s using (run, task_group, task_id, episode_index) group by all", Run, _line.In("other"));
        Assert.Equal(6, rows.Count);
        Assert.All(rows, row => Assert.Equal((Run, (int)row["expected"]!), ((string)row["run"]!, (int)row["steps"]!)));
        Assert.Equal([Run, _line.In("other")], (await Json("select run from runs", Run, _line.In("other"))).Select(row => (string)row["run"]!));
    }

    [Fact]
    public async Task A_run_that_goes_on_has_the_episodes_of_its_journal()
    {
        await Play("run");
        File.Delete(_line.In("run", EvalInfo.FileName));
        Assert.Equal(6, (int)(await Json("select count(*) as n from episodes", Run))[0]["n"]!);
    }

    [Fact]
    public async Task A_merged_result_has_what_its_shards_have_in_common_and_every_commit()
    {
        await Play("a", flags: "--shard=0/2");
        await Play("b", flags: "--shard=1/2");
        Change("a", provenance => (provenance["git_commit"], provenance["finished_at"]) = ("abc1", "2026-01-02T09:00:00Z"));
        Change("b", provenance => (provenance["git_commit"], provenance["finished_at"]) = ("def2", "2026-01-02T08:00:00-05:00"));
        Assert.Equal(0, await _line.Run("merge", _line.In("a"), _line.In("b"), "-o", _line.In("merged")));
        const string Sql = "select suite, policy, seed, shard, git_commit, finished_at, n_episodes from runs";
        Assert.Equal(
            """{"suite":"walk","policy":"walker","seed":1000,"shard":null,"git_commit":"abc1,def2","finished_at":"2026-01-02T08:00:00-05:00","n_episodes":6}""",
            Assert.Single(await Json(Sql, _line.In("merged"))).ToJsonString());
        Assert.Equal("1/2", (string?)Assert.Single(await Json(Sql, _line.In("b")))["shard"]);

        // Suites may be of different policies and seeds.
        Change("merged", provenance =>
        {
            var second = provenance["merged"]![1]!;
            (second["seed"], second["env"]!["type"], second["policy"]!["type"]) = (7, "run", "runner");
        });
        Assert.Equal(
            """{"suite":"walk,run","policy":"walker,runner","seed":null}""",
            Assert.Single(await Json("select suite, policy, seed from runs", _line.In("merged"))).ToJsonString());
    }

    [Theory]
    [InlineData("EPISODES", 6)]
    [InlineData("\"runs\"", 1)]
    [InlineData("query_table('epi' || 'sodes')", 6)]
    public async Task A_table_has_its_rows_however_it_is_named(string table, int rows)
    {
        await Play("run");
        Assert.Equal(rows, (int)(await Json($"select count(*) as n from {table}", Run))[0]["n"]!);
    }

    [Fact]
    public async Task Steps_are_read_without_the_result()
    {
        await Play("run", "steps");
        File.WriteAllText(_line.In("run", EvalInfo.FileName), "damaged");
        Assert.True((int)(await Json("select count(*) as n from steps", Run))[0]["n"]! > 0);
        Assert.Equal(2, await _line.Run("query", "select count(*) as n from episodes", Run));
    }

    [Fact]
    public async Task What_a_script_writes_to_the_same_file_stays()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs bash");
        await Play("run");
        string program = Path.Combine(AppContext.BaseDirectory, "EvalCore.Cli"), file = _line.In("out.csv");
        using var bash = Process.Start("bash", ["-c", "{ echo begin; \"$0\" query 'select 1 as n' \"$1\" --format=csv; echo end; } > \"$2\"", program, Run, file]);
        await bash.WaitForExitAsync();
        Assert.Equal("begin\nn\r\n1\r\nend\n", await File.ReadAllTextAsync(file));
    }

    [Fact]
    public async Task A_full_disk_behind_standard_output_is_named()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "this machine has no /dev/full");
        await Play("run");
        string program = Path.Combine(AppContext.BaseDirectory, "EvalCore.Cli"), file = _line.In("error.txt");
        using var bash = Process.Start("bash", ["-c", "\"$0\" query 'select 1 as n' \"$1\" > /dev/full 2> \"$2\"", program, Run, file]);
        await bash.WaitForExitAsync();
        Assert.Equal(ExitCode.Failure, bash.ExitCode);
        Assert.Equal("error: query: standard output cannot be written (No space left on device)\n", await File.ReadAllTextAsync(file));
    }

    [Fact]
    public async Task Csv_quotes_what_needs_it()
    {
        await Play("run", "steps");
        Assert.Equal(0, await _line.Run("query", "select 'a,\"b\"' as \"x,y\", [1.5::double, 2] as list, null as nothing, true as flag", Run, "--format=csv"));
        Assert.EndsWith("\"x,y\",list,nothing,flag\r\n\"a,\"\"b\"\"\",\"[1.5,2]\",,true\r\n", _line.Out.Output.ReplaceLineEndings("\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_has_the_types_of_the_values()
    {
        await Play("run", "steps");
        var row = (await Json("select 1 as i, 0.1::double as d, 'nan'::double as x, [true] as l, {'k': 'v'} as s, null as n, sum(1) as h, date '2026-01-31' as t", Run))[0];
        Assert.Equal("""{"i":1,"d":0.1,"x":"NaN","l":[true],"s":{"k":"v"},"n":null,"h":1,"t":"2026-01-31"}""", row.ToJsonString());
    }

    /// <summary>No type of .NET has all of these values: DuckDB's own text is shown.</summary>
    [Theory]
    [InlineData("interval 1 year", "1 year")]
    [InlineData("timestamp 'infinity'", "infinity")]
    [InlineData("timestamp '2020-01-01 00:00:00.12'", "2020-01-01 00:00:00.12")]
    [InlineData("timestamp_ns '2020-01-01 00:00:00.123456789'", "2020-01-01 00:00:00.123456789")]
    [InlineData("date '0044-01-01 (BC)'", "0044-01-01 (BC)")]
    [InlineData("date '294276-12-31'", "294276-12-31")]
    [InlineData("time '12:00:00'", "12:00:00")]
    [InlineData("union_value(a := 1)", "1")]
    [InlineData("'\\xAA'::blob", "\\xAA")]
    [InlineData("'101'::bit", "101")]
    [InlineData("'a'::enum('a', 'b')", "a")]
    [InlineData("{'d': date '2020-01-01', 'e': 1}", "{'d': 2020-01-01, 'e': 1}")]
    [InlineData("123456789012345678901234567890.123::decimal(38, 3)", "123456789012345678901234567890.123")]
    [InlineData("1.50::decimal(38, 2)", "1.50")]
    public async Task A_value_that_no_type_holds_is_shown_as_DuckDB_prints_it(string value, string shown)
    {
        await Play("run");
        Assert.Equal(0, await _line.Run("query", $"select 7 as a, 8 as a, {value} as v", Run));
        Assert.Equal(["a", "a", "v", "7", "8", .. shown.Split(' ')], _line.Out.Lines.TakeLast(3).Where(line => !line.StartsWith('─')).SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
    }

    /// <summary>Without its zone a time would be read as one of this machine.</summary>
    [Fact]
    public async Task A_time_with_a_zone_is_shown_with_it()
    {
        await Play("run");
        var row = (await Json("select z, z::varchar as text, 1.5::decimal(38, 2) as d from (select timestamptz '2020-01-01 00:00:00+00' as z)", Run))[0];
        Assert.Matches(@"^20(19-12-31|20-01-01) [0-9:]+[+-][0-9:]+$", (string)row["z"]!);
        Assert.Equal((string)row["text"]!, (string)row["z"]!);
        Assert.Equal("1.50", row["d"]!.ToJsonString());
    }

    [Theory]
    [InlineData("[1, 2, null]", "[1,2,null]")]
    [InlineData("[1.5::float, null]", "[1.5,null]")]
    [InlineData("[1.5, null]", "[1.5,null]")]
    [InlineData("[true, null]", "[true,null]")]
    [InlineData("[1::hugeint, null]", "[1,null]")]
    [InlineData("['a', null]", "[\"a\",null]")]
    [InlineData("[[1, null], null]", "[[1,null],null]")]
    [InlineData("[1, null]::int[2]", "[1,null]")]
    [InlineData("[{'a': 1}, null]", "[{\"a\":1},null]")]
    [InlineData("[date '2020-01-01', null]", "[\"2020-01-01\",null]")]
    [InlineData("(select list(progress) from episodes)", "[null,null,null,null,null,null]")]
    public async Task A_list_may_have_missing_values(string list, string json)
    {
        await Play("run");
        Assert.Equal(json, (await Json($"select {list} as l", Run))[0]["l"]!.ToJsonString());
    }

    [Theory]
    [InlineData("query: a value of the column 'm' cannot be shown; cast it, for example ::varchar", "select 1 as i, map {'a': null, 'b': 1} as m")]
    [InlineData("query: line 2, column 5: Could not convert string 'left' to INT32", "select interval 1 year,\ntask::int from episodes")]
    public async Task An_error_of_a_value_names_the_column_or_the_place(string message, string sql)
    {
        await Play("run");
        Assert.Equal(ExitCode.BadInput, await _line.Run("query", sql, Run));
        Assert.StartsWith($"error: {message}", _line.Error.Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_table_is_cut_and_says_so()
    {
        await Play("run");
        Assert.Equal(0, await _line.Run("query", "select * from range(1203)", Run));
        Assert.Equal("the first 1000 rows; --format=csv or json writes all", _line.Out.Lines[^1]);
    }

    [Theory]
    [InlineData("query: line 1, column 15: syntax error at or near \"episodes\"", "select * FORM episodes")]
    [InlineData("query: line 2, column 2: Referenced column \"b\" not found in FROM clause; Candidate bindings: ", "select task,\n b from episodes")]
    [InlineData("query: line 1, column 15: Table with name episode does not exist; Did you mean \"episodes\"?", "select * from episode")]
    [InlineData("query: line 1, column 15: Table with name steps does not exist", "select * from steps")]
    [InlineData("query: line 1, column 12: Could not convert string 'left' to INT32", "select task::int from episodes")]
    [InlineData("query: line 1, column 8: No function matches the given name and argument types 'avg(BOOLEAN)'", "select avg(success) from episodes")]
    [InlineData("query: line 1, column 10: Table with name episode does not exist", "describe episode")]
    [InlineData("query: only a SELECT, DESCRIBE, SUMMARIZE or SHOW can be run", "create table t as select 1")]
    [InlineData("query: 2 statements are given; give one SELECT", "select 1; select 2")]
    [InlineData("query: the SQL is empty; for example: evalcore query", " ")]
    public async Task An_error_of_the_SQL_is_one_line_with_its_place(string message, string sql)
    {
        await Play("run");
        Assert.Equal(ExitCode.BadInput, await _line.Run("query", sql, Run));
        Assert.StartsWith($"error: {message}", _line.Error.Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_without_recorded_steps_says_how_to_record_them()
    {
        await Play("run");
        Assert.Equal(ExitCode.BadInput, await _line.Run("query", "select * from steps", Run));
        Assert.Equal("error: query: line 1, column 15: Table with name steps does not exist; no run has recorded steps: play one with --eval.record=steps", _line.Error.Lines[^1]);
    }

    [Fact]
    public async Task A_damaged_file_of_steps_matters_to_a_query_that_reads_them()
    {
        await Play("run", record: "steps");
        string file = Directory.GetFiles(_line.In("run", "steps"))[0];
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..500]);
        Assert.Equal(0, await _line.Run("query", "select count(*) from episodes", _line.In("run")));
        Assert.Equal(2, await _line.Run("query", "select count(*) from steps", _line.In("run")));
        Assert.Equal($"error: {Damaged(file)}", _line.Error.Lines[^1]);
    }

    /// <summary>One changed byte among the numbers is another number for a reader that does not compute the checksum.</summary>
    [Fact]
    public async Task A_changed_number_is_found_by_the_checksum_where_the_query_reads_steps()
    {
        await Play("run", record: "steps");
        await Play("other", record: "steps");
        string file = Directory.GetFiles(_line.In("run", "steps"))[0];
        byte[] bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(file, bytes);
        foreach (string sql in (string[])["select count(*) from steps", "select sum(reward) from STEPS", "from query_table('ste' || 'ps')", "select e.steps from episodes e join \"steps\" s using (run)", $"from '{file}'"])
        {
            Assert.Equal(2, await _line.Run("query", sql, _line.In("other"), Run));
            Assert.Equal($"error: {Damaged(file)}", _line.Error.Lines[^1]);
        }

        // The column, an alias and a string are not the table.
        foreach (string sql in (string[])["select avg(steps) from episodes", "select 'steps' as steps", "with steps as (select 1) from steps"])
            Assert.Equal(0, await _line.Run("query", sql, _line.In("other"), Run));
        Assert.Equal(0, await _line.Run("query", "select count(*) from steps", _line.In("other")));
    }

    [Theory]
    [InlineData("describe episodes", "run,suite,task_group,")]
    [InlineData("DESC select 1 as a, interval 1 year as b; ", "a,b,")]
    [InlineData("summarize runs -- all", "run,suite,policy,")]
    [InlineData("\nshow tables", "episodes,errors,runs,")]
    [InlineData("show tables", "episodes,errors,runs,steps,", "steps")]
    [InlineData("describe steps", "run,", "steps")]
    public async Task Tables_and_columns_are_listed(string sql, string begin, string record = "none")
    {
        await Play("run", record);
        Assert.StartsWith(begin, string.Concat((await Json(sql, Run)).Select(row => $"{row.First().Value},")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pivot_needs_its_values()
    {
        await Play("run");
        Assert.Equal("""{"left":3,"right":3}""", Assert.Single(await Json("pivot (select task from episodes) on task in ('left', 'right') using count(*)", Run)).ToJsonString());
        Assert.Equal(ExitCode.BadInput, await _line.Run("query", "pivot episodes on task using avg(steps)", Run));
        Assert.StartsWith("error: query: this is a PIVOT without its values, or more than one statement; ", _line.Error.Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_steps_and_its_copy_are_both_named()
    {
        await Play("run", record: "steps");
        string file = Directory.GetFiles(_line.In("run", "steps"))[0], copy = file.Replace("0001-", "0002-", StringComparison.Ordinal);
        File.Copy(file, copy);
        Assert.Equal(2, await _line.Run("query", "select count(*) from steps", Run));
        Assert.Equal($"error: query: {file} and {copy} have the same content, and its steps would count twice; delete one of them", _line.Error.Lines[^1]);
        Assert.Equal(0, await _line.Run("query", "select count(*) from episodes", Run));
    }

    [Fact]
    public async Task Two_columns_of_one_name_are_no_JSON()
    {
        await Play("run", record: "steps");
        Assert.Equal(2, await _line.Run("query", "select run, run from episodes", _line.In("run"), "--format=json"));
        Assert.Equal("error: query: two columns are named 'run', which JSON cannot have; name one of them with AS", _line.Error.Lines[^1]);
    }

    [Fact]
    public async Task SQL_may_begin_with_a_comment()
    {
        await Play("run", record: "steps");
        Assert.Equal(0, await _line.Run("query", "-- all\nselect count(*) from episodes", _line.In("run")));
    }

    /// <summary>The files of the runs may be read; none may be written, and no other one read.</summary>
    [Theory]
    [InlineData("copy (select 1) to 'FOLDER/out.csv'")]
    [InlineData("copy (select 1) to 'STEPS' (format parquet, use_tmp_file false)")]
    [InlineData("explain analyze copy (select 1) to 'STEPS' (format parquet, use_tmp_file false)")]
    [InlineData("export database 'FOLDER/export'")]
    [InlineData("attach 'FOLDER/new.db'")]
    [InlineData("create table t as select 1")]
    [InlineData("insert into episodes select * from episodes")]
    [InlineData("set enable_external_access = true")]
    [InlineData("install httpfs")]
    [InlineData("load httpfs")]
    [InlineData("pragma database_list")]
    [InlineData("call enable_logging()")]
    [InlineData("select * from 'FOLDER/secret.csv'")]
    [InlineData("select * from read_text('FOLDER/secret.csv')")]
    [InlineData("select * from read_csv('FOLDER/secret.csv')")]
    [InlineData("select * from sniff_csv('FOLDER/secret.csv')")]
    [InlineData("select * from glob('FOLDER/*')")]
    [InlineData("describe select * from 'FOLDER/secret.csv'")]
    [InlineData("summarize 'FOLDER/secret.csv'")]
    [InlineData("describe episodes); copy (select 1) to 'FOLDER/out.csv'; select (1")]
    [InlineData("select 1); copy (select 1) to 'FOLDER/out.csv'; select (1")]
    public async Task Nothing_but_the_runs_is_read_and_nothing_written(string sql)
    {
        await Play("run", "steps");
        File.WriteAllText(_line.In("secret.csv"), "secret\n1\n");
        string steps = Directory.GetFiles(_line.In("run", "steps"))[0];
        byte[] before = File.ReadAllBytes(steps);
        string[] files = Files();
        Assert.Equal(ExitCode.BadInput, await _line.Run("query", sql.Replace("FOLDER", _line.Folder, StringComparison.Ordinal).Replace("STEPS", steps, StringComparison.Ordinal), Run));
        Assert.StartsWith("error: query: ", _line.Error.Lines[^1], StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(steps));
        Assert.Equal(files, Files());

        string[] Files() => [.. Directory.GetFileSystemEntries(_line.Folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
    }

    [Fact]
    public async Task A_folder_name_has_no_wildcards()
    {
        await Play("run [1]*", "steps");
        await Play("run 1x", "steps");
        Assert.Equal(6, (int)(await Json("select count(*) as n from steps where step = 0", _line.In("run [1]*")))[0]["n"]!);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(500)]
    public async Task A_query_can_be_interrupted(int milliseconds)
    {
        await Play("run");
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(milliseconds));
        Assert.Equal(ExitCode.Interrupted, await _line.Run(stop.Token, "query", "select count(*) from range(100000000) a, range(100000000) b where a.range % 7 = b.range % 11", Run));
    }

    [Theory]
    [InlineData("query: no SQL is given; for example: evalcore query \"select task, avg(success::int) from episodes group by task\" outputs/run")]
    [InlineData("query: no run is named; for example: evalcore query \"select task, avg(success::int) from episodes group by task\" outputs/run", "select 1")]
    [InlineData("query: RUN is named twice", "select 1", "RUN", "RUN")]
    [InlineData("nowhere/eval_info.json: there is no such file; name the output folder of a finished run", "select 1", "nowhere")]
    [InlineData("--format: 'xml' is not one of table, csv, json", "select 1", "RUN", "--format=xml")]
    public async Task Bad_input_is_one_line(string message, params string[] args)
    {
        await Play("run");
        Assert.Equal(ExitCode.BadInput, await _line.Run(["query", .. args.Select(arg => arg == "RUN" ? Run : arg)]));
        Assert.Equal($"error: {message.Replace("RUN", Run, StringComparison.Ordinal)}", _line.Error.Lines[^1]);
    }

    private async Task<List<JsonObject>> Json(string sql, params string[] runs)
    {
        int before = _line.Out.Output.Length;
        Assert.Equal(0, await _line.Run(["query", sql, "--format", "json", .. runs]));
        return [.. JsonNode.Parse(_line.Out.Output[before..])!.AsArray().Select(row => row!.AsObject())];
    }

    private static string Damaged(string file) =>
        $"{file}: is damaged: its content does not have the checksum in its name; delete it and resume the run to record its episodes again";

    private void Change(string folder, Action<JsonObject> change)
    {
        string file = _line.In(folder, EvalInfo.FileName);
        var json = JsonNode.Parse(File.ReadAllText(file))!;
        change(json["provenance"]!.AsObject());
        File.WriteAllText(file, json.ToJsonString());
    }

    private async Task Play(string folder, string record = "none", params string[] flags) => Assert.Equal(0, await _line.Run(
    [
        "--env.type=walk", "--policy.type=walker", "--policy.device=cpu", "--eval.n_episodes=3", "--eval.n_episodes_to_render=0", $"--eval.record={record}",
        $"--output_dir={_line.In(folder)}", .. flags,
    ]));
}
