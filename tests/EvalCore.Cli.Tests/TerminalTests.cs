using EvalCore.Commands;
using Spectre.Console.Testing;

namespace EvalCore.Cli.Tests;

public sealed class TerminalTests
{
    [Theory]
    [InlineData("/home/a/.dotnet/tools/evalcore", "evalcore")]
    [InlineData("/home/a/robots/bin/Debug/My", "bin/Debug/My")]
    [InlineData("/home/a/robots/My", "./My")]
    [InlineData("/elsewhere/My", "/elsewhere/My")]
    [InlineData("/elsewhere/my programs/My", "'/elsewhere/my programs/My'")]
    [InlineData("/usr/share/dotnet/dotnet", "dotnet bin/My.dll")]
    public void The_command_that_starts_the_program_again_can_be_copied(string process, string command) =>
        Assert.Equal(command, Terminal.Started(process, "/home/a/robots/bin/My.dll", "/home/a/robots", "/usr/bin:/home/a/.dotnet/tools"));

    [Fact]
    public void A_tool_is_named_by_the_link_that_the_shell_finds()
    {
        string folder = Directory.CreateTempSubdirectory("evalcore-").FullName, process = Path.Combine(folder, "store", "EvalCore.Cli");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(process)!);
            File.WriteAllText(process, "");
            File.CreateSymbolicLink(Path.Combine(folder, "evalcore"), Path.Combine("store", "EvalCore.Cli"));
            Assert.Equal("evalcore", Terminal.Started(process, "", "/home/a", $"/usr/bin:{folder}"));
            Assert.Equal(process, Terminal.Started(process, "", "/home/a", "/usr/bin"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Messages_name_the_running_program()
    {
        var error = new TestConsole();
        var terminal = new Terminal(new TestConsole(), error, EvalCore.Options.Host.Local) { Program = "bin/My" };
        terminal.Fail("unknown flag '--x'; see evalcore eval --help");
        terminal.Note("evalcore is a name");
        Assert.Equal("error: unknown flag '--x'; see bin/My eval --help\nnote: evalcore is a name\n", error.Output);
    }

    [Fact]
    public async Task The_examples_in_the_help_have_the_program_s_name_and_suite()
    {
        using var line = new CommandLine();
        Assert.Equal(0, await line.Run("--help"));
        Assert.Contains("  evalcore --policy.path=DIR --env.type=walk --eval.n_episodes=50\n", line.Out.Output);
        Assert.DoesNotContain("pusht", line.Out.Output);
    }

    [Fact]
    public async Task A_policy_without_flags_of_its_own_has_no_empty_section()
    {
        var (code, output, _) = await EvalcoreProcess.Run(["eval", "--env.type=metaworld", "--policy.type=expert", "--help"]);
        Assert.Equal(0, code);
        Assert.DoesNotContain("Policy expert:", output);
        Assert.Contains("'expert' has none", output);
    }

    [Fact]
    public async Task The_observations_of_each_choice_and_a_missing_default_task_are_listed()
    {
        var (_, pusht, _) = await EvalcoreProcess.Run(["list", "pusht"]);
        Assert.Contains("observation.environment_state, observation.state  with --env.obs_type=environment_state_agent_pos", pusht);
        Assert.Contains("with --env.obs_type=pixels_agent_pos, the default", pusht);
        var (_, all, _) = await EvalcoreProcess.Run(["list"]);
        Assert.DoesNotContain("metaworld-push-v2", all);
        Assert.Contains("none: give --env.task", all);
    }
}
