namespace EvalCore.Cli.Tests;

/// <summary>The program itself, as a process.</summary>
public sealed class ProgramTests
{
    [Fact]
    public async Task The_program_lists_its_suites() => Assert.Contains("pusht", (await EvalcoreProcess.Run(["list"])).Out);

    [Fact]
    public async Task An_error_goes_to_stderr_with_exit_code_2()
    {
        var (code, output, error) = await EvalcoreProcess.Run(["--env.type=pushed"]);
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Equal("error: --env.type: unknown suite 'pushed'; did you mean 'pusht'? (known: libero, metaworld, pusht)\n", error);
    }
}
