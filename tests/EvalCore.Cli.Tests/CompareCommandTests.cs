using System.Text.Json.Nodes;
using EvalCore.Commands;
using EvalCore.Results;

namespace EvalCore.Cli.Tests;

public sealed class CompareCommandTests : IDisposable
{
    private readonly CommandLine _line = new();

    public void Dispose() => _line.Dispose();

    [Fact]
    public async Task The_same_run_twice_passes_or_is_undecided()
    {
        await Play("a", episodes: 15);
        Assert.Equal(ExitCode.Undecided, await _line.Run("compare", _line.In("a"), _line.In("a")));
        Assert.StartsWith("verdict: undecided: neither a drop, nor that it is below 10 points, is shown (alpha 0.05); ", _line.Out.Lines[^1], StringComparison.Ordinal);
        Assert.Equal(ExitCode.Success, await _line.Run("compare", _line.In("a"), _line.In("a", "eval_info.json"), "--margin=30"));
        Assert.StartsWith("verdict: pass: a drop of 30 points or more is excluded after ", _line.Out.Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_engine_is_not_comparable()
    {
        await Play("a", episodes: 3);
        await Play("b", episodes: 3);
        string file = _line.In("b", "eval_info.json");
        var info = JsonNode.Parse(File.ReadAllText(file))!;
        info["provenance"]!["engines"] = new JsonObject { ["walk"] = "another" };
        File.WriteAllText(file, info.ToJsonString());
        Assert.Equal(ExitCode.NotComparable, await _line.Run("compare", _line.In("a"), _line.In("b")));
        Assert.StartsWith("verdict: not comparable: engine walk: ", _line.Out.Lines[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("A", "B", "--alpha", "0.1")]
    [InlineData("A", "--alpha=0.1", "B")]
    [InlineData("--alpha", "0.1", "A", "B")]
    public async Task Runs_stand_before_flags_or_after_them(params string[] args)
    {
        await Play("A", episodes: 2);
        await Play("B", episodes: 2);
        await _line.Run(["compare", .. args.Select(arg => arg is "A" or "B" ? _line.In(arg) : arg)]);
        Assert.Equal([$"A  {_line.In("A")}", $"B  {_line.In("B")}"], _line.Out.Lines.Where(line => line.StartsWith("A  ", StringComparison.Ordinal) || line.StartsWith("B  ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Json_is_all_that_is_written()
    {
        await Play("a", episodes: 3);
        Assert.Equal(ExitCode.Undecided, await _line.Run("compare", _line.In("a"), _line.In("a"), "--format=json"));
        var json = JsonNode.Parse(string.Join('\n', _line.Out.Lines.SkipWhile(line => line != "{")))!;
        Assert.Equal(("undecided", 6), ((string)json["verdict"]!, (int)json["n"]!));
        Assert.Equal(["left", "right"], json["tasks"]!.AsArray().Select(task => (string)task!["task"]!));
    }

    [Fact]
    public async Task Markdown_begins_with_the_verdict()
    {
        await Play("a", episodes: 3);
        await _line.Run("compare", "--format", "markdown", _line.In("a"), _line.In("a"));
        Assert.Contains(_line.Out.Lines, line => line.StartsWith("**verdict: undecided", StringComparison.Ordinal));
        Assert.Contains("| task | pairs | A | B | B - A | 95 % interval | only A | only B | p (B worse) | p (Holm) |", _line.Out.Lines);
    }

    [Fact]
    public async Task Markdown_counts_the_pairs_that_it_leaves_out()
    {
        await Play("a", episodes: 26);
        await Play("b", episodes: 26);
        string file = _line.In("b", EvalInfo.FileName);
        var info = EvalInfo.Load(file);
        new EvalInfo(info.Episodes.Select(episode => episode with { Success = !episode.Success }), info.EvalS, info.OutputDir, info.Provenance).Save(file);
        await _line.Run("compare", "--format", "markdown", _line.In("a"), _line.In("b"));
        Assert.Contains("<details><summary>52 pairs in which one succeeded and the other failed</summary>", _line.Out.Lines);
        Assert.Contains("and 2 more; `--format=json` lists all", _line.Out.Lines);
    }

    [Theory]
    [InlineData("compare: too few runs; name two output folders: evalcore compare A B", "A")]
    [InlineData("compare: too many runs; name two output folders: evalcore compare A B", "A", "A", "A")]
    [InlineData("--alpha: 'x' is not a number", "A", "A", "--alpha=x")]
    [InlineData("--metric: 'reward' is not one of success, max_reward, sum_reward, progress, steps", "A", "A", "--metric=reward")]
    [InlineData("unknown flag '--alpah'; did you mean '--alpha'?", "A", "A", "--alpah=0.05")]
    [InlineData("nowhere/eval_info.json: there is no such file; name the output folder of a finished run", "A", "nowhere")]
    public async Task Bad_input_is_one_line(string message, params string[] args)
    {
        await Play("a", episodes: 2);
        Assert.Equal(ExitCode.BadInput, await _line.Run(["compare", .. args.Select(arg => arg == "A" ? _line.In("a") : arg)]));
        Assert.Equal($"error: {message}", _line.Error.Lines[^1]);
    }

    private async Task Play(string folder, int episodes) => Assert.Equal(0, await _line.Run(
        "--env.type=walk", "--policy.type=walker", "--policy.device=cpu", $"--eval.n_episodes={episodes}", $"--output_dir={_line.In(folder)}"));
}
