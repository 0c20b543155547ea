using System.Diagnostics;

namespace EvalCore.Cli.Tests;

/// <summary>The program itself, as a process.</summary>
public sealed class ProgramTests
{
    [Fact]
    public async Task The_program_knows_its_suites() => Assert.Contains("pusht", (await Run("list")).Out);

    [Fact]
    public async Task An_error_goes_to_stderr_with_exit_code_2()
    {
        var (code, output, error) = await Run("--env.type=pushed");
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Equal("error: --env.type: unknown suite 'pushed'; did you mean 'pusht'? (known: metaworld, pusht)\n", error);
    }

    private static async Task<(int Code, string Out, string Error)> Run(params string[] args)
    {
        string name = OperatingSystem.IsWindows() ? "EvalCore.Cli.exe" : "EvalCore.Cli";
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, name), args)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }
}
