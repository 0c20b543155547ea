using System.Diagnostics;

namespace Packages.Tests;

/// <summary>The <c>dotnet</c> command, and programs that it built.</summary>
internal static class DotnetProcess
{
    /// <summary>Runs a program to its end and asserts that it succeeds.</summary>
    /// <param name="program">Its file.</param>
    /// <param name="args">Its arguments.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="variables">What its environment has besides.</param>
    /// <returns>Standard output.</returns>
    public static async Task<string> Run(
        string program, string[] args, string folder, IReadOnlyDictionary<string, string>? variables = null)
    {
        var start = new ProcessStartInfo(program, args)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // A build's helper processes would otherwise outlive it and keep its output open.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        foreach (var (name, value) in variables ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        string[] output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', args)}: exit code {process.ExitCode}\n{string.Concat(output)}");
        return output[0];
    }
}
