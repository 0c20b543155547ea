namespace EvalCore.Cli.Tests;

public sealed class HelpTests
{
    public static TheoryData<string, int> Pages => new(
        from command in (string[])["", "eval", "list", "replay", "infer", "merge", "shards", "slurm", "k8s", "compare", "gate", "plan", "report", "video", "verify", "query", "history", "assets", "doctor"]
        from width in (int[])[80, 120]
        select new TheoryDataRow<string, int>(command, width));

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task The_help_of_a_command_matches_its_snapshot(string command, int width)
    {
        using var line = new CommandLine(width);
        string[] words = command.Length == 0 ? ["--help"] : [command, "--help"];
        Assert.Equal(0, await line.Run(words));
        Assert.Empty(line.Error.Output);
        Assert.All(line.Out.Output.Split('\n'), text => Assert.True(text.Length <= width || text.StartsWith("  evalcore ") || text.StartsWith("  # "), text));
        Snapshot.Verify(line.Out.Output, $"{(command.Length == 0 ? "evalcore" : command)}_{width}");
    }

    [Theory]
    [InlineData]
    [InlineData("-h")]
    [InlineData("-?")]
    public async Task No_arguments_print_the_help(params string[] args)
    {
        using var help = new CommandLine();
        await help.Run("--help");
        using var line = new CommandLine();
        Assert.Equal(0, await line.Run(args));
        Assert.Equal(help.Out.Output, line.Out.Output);
    }

    [Fact]
    public async Task Help_is_recognized_between_other_flags()
    {
        using var line = new CommandLine();
        Assert.Equal(0, await line.Run("--env.type=walk", "--help", "--seed=x"));
        Assert.StartsWith("Evaluate a policy", line.Out.Output);
    }

    [Fact]
    public async Task The_version_is_one_line()
    {
        using var line = new CommandLine();
        Assert.Equal(0, await line.Run("--version"));
        Assert.Matches(@"^\d+\.\d+\.\d+\S*\n$", line.Out.Output);
    }
}
