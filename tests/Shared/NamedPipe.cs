using System.Diagnostics;

namespace EvalCore.Tests;

/// <summary>A named pipe that no program writes to: opening it waits for ever.</summary>
internal static class NamedPipe
{
    public static string Create(string path)
    {
        using var process = Process.Start("mkfifo", [path]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return path;
    }

    /// <summary>What reads a file, given up after a time that no test needs.</summary>
    public static Task<T> Within<T>(Func<T> read) => Task.Run(read).WaitAsync(TimeSpan.FromSeconds(30));
}
