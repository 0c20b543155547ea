using System.Diagnostics;

namespace EvalCore.Remote.Tests.Servers;

/// <summary>The Python that servers run in; a test without one is skipped.</summary>
internal static class Python
{
    private static readonly Lazy<string?> Found = new(() => new[] { "/usr/bin/python3", "python3" }.FirstOrDefault(Works));

    /// <summary>The program.</summary>
    public static string Path
    {
        get
        {
            if (Found.Value is null)
                Assert.Skip("no python3 with websockets, msgpack and numpy is installed (Debian: python3-websockets python3-msgpack python3-numpy)");
            return Found.Value;
        }
    }

    private static bool Works(string program)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, ["-c", "import websockets, msgpack, numpy"]) { RedirectStandardError = true, UseShellExecute = false })!;
            return process.WaitForExit(TimeSpan.FromMinutes(1)) && process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
