using System.Diagnostics;

namespace EvalCore.Cli.Tests;

/// <summary>The program itself, as a process.</summary>
internal static class EvalcoreProcess
{
    /// <summary>Runs it to its end.</summary>
    /// <param name="args">The words after <c>evalcore</c>.</param>
    /// <param name="variables">What its environment has besides or instead; null takes a variable away.</param>
    public static async Task<(int Code, string Out, string Error)> Run(
        string[] args, IReadOnlyDictionary<string, string?>? variables = null)
    {
        using var process = Start(args, variables);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }

    /// <summary>Starts it; parameters as <see cref="Run"/>'s.</summary>
    public static Process Start(string[] args, IReadOnlyDictionary<string, string?>? variables = null)
    {
        string name = OperatingSystem.IsWindows() ? "EvalCore.Cli.exe" : "EvalCore.Cli";
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, name), args)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (variable, value) in variables ?? new Dictionary<string, string?>())
            start.Environment[variable] = value;
        return Process.Start(start)!;
    }
}
