using EvalCore.Reports;
using FsCheck;
using FsCheck.Xunit;

namespace EvalCore.Tests.Reports;

public sealed class GitHubActionsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    private string File => Path.Combine(_folder, "summary.md");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void An_annotation_is_one_line_whatever_is_in_it() => Assert.Equal(
        "::error title=a%3Ab%2Cc%25::50 %25%0A::stop-commands::x%0D",
        GitHubActions.Annotation("error", "a:b,c%", "50 %\n::stop-commands::x\r"));

    [Property]
    public void An_annotation_can_be_read_back(NonNull<string> title, NonNull<string> message)
    {
        string line = GitHubActions.Annotation("warning", title.Get, message.Get);
        Assert.DoesNotContain('\n', line);
        string[] parts = line.Split("::", 3);
        Assert.Equal(title.Get, Read(parts[1]["warning title=".Length..]));
        Assert.Equal(message.Get, Read(parts[2]));

        static string Read(string text) => text.Replace("%3A", ":", StringComparison.Ordinal).Replace("%2C", ",", StringComparison.Ordinal)
            .Replace("%0D", "\r", StringComparison.Ordinal).Replace("%0A", "\n", StringComparison.Ordinal).Replace("%25", "%", StringComparison.Ordinal);
    }

    [Fact]
    public void Summaries_are_appended()
    {
        var workflow = Workflow();
        Assert.Null(workflow.Summarize("one"));
        Assert.Null(workflow.Summarize("two\n"));
        Assert.Equal("one\n\ntwo\n\n", System.IO.File.ReadAllText(File));
    }

    [Fact]
    public void A_summary_that_GitHub_does_not_show_is_left_out_with_the_reason()
    {
        Assert.StartsWith("GITHUB_STEP_SUMMARY: the summary would be above 1 MiB", Workflow().Summarize(new string('x', 1 << 20)), StringComparison.Ordinal);
        Assert.Equal(0, new FileInfo(File).Length);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("false")]
    public void Elsewhere_there_is_no_workflow(string? value) => Assert.Null(GitHubActions.Of(name => name == "GITHUB_ACTIONS" ? value : File));

    [Theory]
    [InlineData("walk_to|x*", "walk\\_to\\|x\\*")]
    [InlineData("<img src=x>@org", "&#60;img src=x&#62;&#64;org")]
    public void Data_is_text_in_Markdown(string data, string markdown) => Assert.Equal(markdown, Markdown.Text(data));

    [Theory]
    [InlineData("outputs/a", "`outputs/a`")]
    [InlineData("a`b``c", "``` a`b``c ```")]
    public void Code_has_a_fence_that_it_does_not_end(string data, string markdown) => Assert.Equal(markdown, Markdown.Code(data));

    [Fact]
    public void The_summary_of_a_comparison_has_the_verdict_and_the_tasks_that_dropped()
    {
        var baseline = SyntheticRun.Of(3, 40, change: record => record with { Success = true }, folder: "before");
        var run = SyntheticRun.Of(3, 40, name: task => $"walk-to-place-{task}-v3", change: record => record with { Success = record.TaskId != 0 || record.EpisodeIndex < 10 }, folder: "after");
        string[] lines = new RunReport(run, baseline).ToMarkdown("after/report.html").Split('\n');
        Assert.Equal("### walk · walker: success rate 75.0 %", lines[0]);
        Assert.StartsWith("**verdict: fail: B is worse, shown after ", lines[2], StringComparison.Ordinal);
        Assert.Contains("1 task dropped:", lines);
        Assert.Contains(lines, line => line.StartsWith("| walk-to-place-0-v3 | 100.0 % | 25.0 % | -75.0 | ", StringComparison.Ordinal));
        Assert.Contains("Report: `after/report.html`", lines);
    }

    private GitHubActions Workflow() => GitHubActions.Of(name => name == "GITHUB_ACTIONS" ? "true" : File)!;
}
