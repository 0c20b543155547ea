using EvalCore.Commands;

namespace EvalCore.Cli.Tests;

public sealed class ReportCommandTests : IDisposable
{
    private readonly CommandLine _line = new();

    public void Dispose() => _line.Dispose();

    [Fact]
    public async Task A_run_writes_its_report_and_prints_its_path_last()
    {
        await Play("a");
        Assert.Equal($"report: {_line.In("a", "report.html")}", _line.Out.Lines[^1]);
        string page = File.ReadAllText(_line.In("a", "report.html"));
        Assert.Contains("<title>walk · walker: ", page, StringComparison.Ordinal);
        Assert.Contains("src=\"videos/walks_0/eval_episode_0.", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_writes_no_report_where_it_is_turned_off()
    {
        await Play("a", "--report=false");
        Assert.False(File.Exists(_line.In("a", "report.html")));
    }

    [Fact]
    public async Task A_report_is_made_again_beside_its_run_or_elsewhere()
    {
        await Play("a", "--report=false");
        Assert.Equal(ExitCode.Success, await _line.Run("report", _line.In("a")));
        Assert.True(File.Exists(_line.In("a", "report.html")));
        Assert.Equal(ExitCode.Success, await _line.Run("report", "-o", _line.In("page.html"), _line.In("a", "eval_info.json")));
        Assert.Contains("src=\"a/videos/walks_0/eval_episode_0.", File.ReadAllText(_line.In("page.html")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_baseline_adds_a_comparison_and_its_verdict()
    {
        await Play("a");
        await Play("b");
        Assert.Equal(ExitCode.Success, await _line.Run("report", _line.In("b"), $"--baseline={_line.In("a")}"));
        Assert.StartsWith("verdict: undecided: ", _line.Out.Lines[^2], StringComparison.Ordinal);
        Assert.Contains("id=\"comparison\"", File.ReadAllText(_line.In("b", "report.html")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_baseline_without_a_common_task_is_noted()
    {
        await Play("a", "--env.task=left");
        await Play("b", "--env.task=fast/x");
        Assert.Equal(ExitCode.Success, await _line.Run("report", _line.In("b"), $"--baseline={_line.In("a")}"));
        Assert.StartsWith("note: not compared with the baseline: the runs have no task in common: ", _line.Error.Lines[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("report: no runs; name one output folder: evalcore report RUN")]
    [InlineData("report: too many runs; name one output folder: evalcore report RUN", "A", "A")]
    [InlineData("nowhere/eval_info.json: there is no such file; name the output folder of a finished run", "nowhere")]
    [InlineData("nowhere/eval_info.json: there is no such file; name the output folder of a finished run", "A", "--baseline=nowhere")]
    [InlineData("unknown flag '--baselin'; did you mean '--baseline'?", "A", "--baselin=A")]
    [InlineData("--output: '' is not the name of a file", "A", "-o", "")]
    [InlineData("--output: '' is not the name of a file", "A", "--output=")]
    [InlineData("--baseline: '' is not the name of a file", "A", "--baseline=")]
    [InlineData("an argument is empty; is a variable of the shell not set?", "")]
    [InlineData("--alpha: has an effect with --baseline only; add --baseline=RUN, or omit the flag", "A", "--alpha=0.01")]
    [InlineData("--n_planned: has an effect with --baseline only; add --baseline=RUN, or omit the flag", "A", "--n_planned=50")]
    [InlineData("--margin: 0 is not possible; give percentage points between 0 and 100, for example 10", "A", "--baseline=A", "--margin=0")]
    public async Task Bad_input_is_one_line(string message, params string[] args)
    {
        await Play("a");
        Assert.Equal(ExitCode.BadInput, await _line.Run(["report", .. args.Select(arg => arg.Replace("A", _line.In("a"), StringComparison.Ordinal))]));
        Assert.Equal($"error: {message}", _line.Error.Lines[^1]);
    }

    [Fact]
    public async Task A_damaged_result_is_one_line()
    {
        await Play("a");
        File.WriteAllText(_line.In("a", "eval_info.json"), "{\"per_task\": 3}");
        Assert.Equal(ExitCode.BadInput, await _line.Run("report", _line.In("a")));
        Assert.StartsWith($"error: {_line.In("a", "eval_info.json")}: is not an eval_info.json (", _line.Error.Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_output_that_cannot_be_written_is_one_line()
    {
        await Play("a");
        Assert.Equal(ExitCode.BadInput, await _line.Run("report", _line.In("a"), "-o", _line.In("nowhere", "page.html")));
        Assert.StartsWith($"error: {_line.In("nowhere", "page.html")}: cannot be written (", _line.Error.Lines[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("eval_info.json")]
    [InlineData("journal.jsonl")]
    [InlineData("page")]
    public async Task An_output_that_is_named_as_another_file_is_refused(string name)
    {
        await Play("a");
        string file = _line.In("a", name);
        string? before = File.Exists(file) ? File.ReadAllText(file) : null;
        Assert.Equal(ExitCode.BadInput, await _line.Run("report", _line.In("a"), "-o", file));
        Assert.Equal($"error: --output: {file} is not the name of a folder or of an HTML file; give a name that ends with .html", _line.Error.Lines[^1]);
        Assert.Equal(before, File.Exists(file) ? File.ReadAllText(file) : null);
    }

    [Fact]
    public async Task An_output_that_is_no_regular_file_is_refused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "named pipes are Linux's");
        await Play("a");
        string pipe = EvalCore.Tests.NamedPipe.Create(_line.In("pipe.html"));
        string folder = Directory.CreateDirectory(_line.In("folder", "report.html")).FullName;
        foreach (var (output, reason) in (IEnumerable<(string, string)>)
            [(pipe, $"{pipe} cannot be written (it is a named pipe; name a regular file)"), (_line.In("folder"), $"{folder} is a folder; name a file")])
        {
            Assert.Equal(ExitCode.BadInput, await _line.Run("report", _line.In("a"), "-o", output));
            Assert.Equal($"error: --output: {reason}", _line.Error.Lines[^1]);
        }
    }

    [Fact]
    public async Task An_output_that_is_a_link_is_written_where_it_points_to()
    {
        await Play("a");
        string page = Path.Combine(Directory.CreateDirectory(_line.In("pages")).FullName, "1.html");
        File.CreateSymbolicLink(_line.In("link.html"), Path.Combine("pages", "1.html"));
        for (int times = 0; times < 2; times++)
        {
            Assert.Equal(ExitCode.Success, await _line.Run("report", _line.In("a"), "-o", _line.In("link.html")));
            Assert.Contains("src=\"../a/videos/walks_0/eval_episode_0.", File.ReadAllText(page), StringComparison.Ordinal);
            Assert.NotNull(new FileInfo(_line.In("link.html")).LinkTarget);
        }
    }

    [Fact]
    public async Task In_GitHub_Actions_a_run_adds_its_result_to_the_summary_of_the_step()
    {
        string summary = InActions();
        await Play("a");
        string[] lines = File.ReadAllLines(summary);
        Assert.StartsWith("### walk · walker: success rate ", lines[0], StringComparison.Ordinal);
        Assert.Contains("| task | episodes | success rate | 95 % interval |", lines);
        Assert.Contains($"Report: `{_line.In("a", "report.html")}`", lines);
        Assert.DoesNotContain("::", _line.Error.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_GitHub_Actions_a_comparison_that_does_not_pass_is_annotated()
    {
        await Play("a");
        string summary = InActions();
        Assert.Equal(ExitCode.Undecided, await _line.Run("compare", _line.In("a"), _line.In("a"), "--format=json"));
        Assert.StartsWith($"::warning title=evalcore compare {_line.In("a")} {_line.In("a")}::verdict: undecided: ", _line.Error.Lines[^1], StringComparison.Ordinal);
        Assert.DoesNotContain("::", _line.Out.Lines[^1], StringComparison.Ordinal);
        Assert.Contains("**verdict: undecided: ", File.ReadAllText(summary), StringComparison.Ordinal);
        _line.Variables.Clear();
        Assert.Equal(ExitCode.Undecided, await _line.Run("compare", _line.In("a"), _line.In("a")));
        Assert.Single(_line.Error.Lines, line => line.StartsWith("::", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_summary_that_cannot_be_written_is_a_note()
    {
        InActions();
        _line.Variables["GITHUB_STEP_SUMMARY"] = _line.In("nowhere", "summary.md");
        await Play("a");
        Assert.StartsWith("note: GITHUB_STEP_SUMMARY: ", _line.Error.Lines[^1], StringComparison.Ordinal);
    }

    private string InActions()
    {
        _line.Variables["GITHUB_ACTIONS"] = "true";
        return _line.Variables["GITHUB_STEP_SUMMARY"] = _line.In("summary.md");
    }

    private async Task Play(string folder, params string[] flags) => Assert.Equal(0, await _line.Run(
        ["--env.type=walk", "--policy.type=walker", "--policy.device=cpu", "--eval.n_episodes=3", $"--output_dir={_line.In(folder)}", .. flags]));
}
