using System.Diagnostics;

namespace EvalCore.Cli.Tests;

/// <summary>The program itself, as a process.</summary>
internal static class EvalcoreProcess
{
    /// <summary>Runs the program to its end.</summary>
    /// <param name="args">The arguments after <c>evalcore</c>.</param>
    /// <param name="variables">Environment variables to set; null removes a variable.</param>
    public static async Task<(int Code, string Out, string Error)> Run(
        string[] args, IReadOnlyDictionary<string, string?>? variables = null)
    {
        using var process = Start(args, variables);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }

    /// <summary>Starts the program, with the parameters of <see cref="Run"/>.</summary>
    /// <remarks>
    /// As from a terminal, where SIGINT interrupts it: what a shell starts in the background ignores the signal, and so would the programs
    /// that it starts.
    /// </remarks>
    public static Process Start(string[] args, IReadOnlyDictionary<string, string?>? variables = null)
    {
        string name = OperatingSystem.IsWindows() ? "EvalCore.Cli.exe" : "EvalCore.Cli";
        string program = Path.Combine(AppContext.BaseDirectory, name);
        string[] command = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT", program, .. args] : [program, .. args];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (variable, value) in variables ?? new Dictionary<string, string?>())
            start.Environment[variable] = value;
        return Process.Start(start)!;
    }
}
