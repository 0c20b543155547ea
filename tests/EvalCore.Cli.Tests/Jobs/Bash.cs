using System.Diagnostics;

namespace EvalCore.Cli.Tests.Jobs;

/// <summary>Reads and runs scripts.</summary>
internal static class Bash
{
    /// <summary>Writes a program that is a script.</summary>
    /// <param name="folder">Its folder, which is created.</param>
    /// <param name="name">Its name.</param>
    /// <param name="lines">Its lines.</param>
    public static void Write(string folder, string name, string lines)
    {
        string file = Path.Combine(Directory.CreateDirectory(folder).FullName, name);
        File.WriteAllText(file, $"#!/bin/bash\n{lines}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    /// <summary>Checks the syntax of a script: <c>bash -n</c>.</summary>
    public static async Task Check(string script)
    {
        var (code, output) = await Run(["-n", script]);
        Assert.True(code == 0, output);
    }

    /// <summary>Runs bash.</summary>
    /// <param name="args">Its arguments.</param>
    /// <param name="path">Folders that come first on the path.</param>
    public static async Task<(int Code, string Output)> Run(string[] args, string? path = null)
    {
        var start = new ProcessStartInfo("bash", args) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (path is not null)
            start.Environment["PATH"] = $"{path}:{Environment.GetEnvironmentVariable("PATH")}";
        using var process = Process.Start(start)!;
        string[] output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Concat(output));
    }
}
