using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace EvalCore.Remote.Tests.Servers;

/// <summary>A server in Python that writes <c>LISTENING PORT</c> once it listens. It can be killed and started again.</summary>
internal sealed class PythonServer : IDisposable
{
    private readonly IReadOnlyList<string> _arguments;
    private Process? _process;

    private PythonServer(IReadOnlyList<string> arguments) => _arguments = arguments;

    /// <summary>The port.</summary>
    public int Port { get; private set; }

    /// <summary>The address.</summary>
    public string Address => $"ws://127.0.0.1:{Port}";

    /// <summary>Starts the toy server of the reference data.</summary>
    public static PythonServer Toy(params string[] arguments) => Run(ToyPath, [.. arguments]);

    /// <summary>The toy server of the reference data.</summary>
    public static string ToyPath
    {
        get
        {
            string mirror = Environment.GetEnvironmentVariable("EVALCORE_MIRROR") ?? "";
            if (mirror.Length == 0)
                Assert.Skip("tools/toy_policy_server.py is not in the repository and EVALCORE_MIRROR is not set");
            return Path.Combine(mirror, "tools", "toy_policy_server.py");
        }
    }

    /// <summary>A file beside this one.</summary>
    public static string Own(string name) => Path.Combine(Goldens.Root, "tests", "EvalCore.Remote.Tests", "Servers", name);

    /// <summary>Starts a server; it gets <c>--port</c>.</summary>
    public static PythonServer Run(string script, IReadOnlyList<string> arguments)
    {
        var server = new PythonServer([script, .. arguments]);
        server.Start();
        return server;
    }

    /// <summary>A port that nothing listens on.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Kills the server at once.</summary>
    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Starts the server, on the port it had before.</summary>
    public void Start()
    {
        IEnumerable<string> port = _arguments.Contains("--port") ? [] : ["--port", Port.ToString(CultureInfo.InvariantCulture)];
        var start = new ProcessStartInfo(Python.Path, [.. _arguments, .. port])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        _process = Process.Start(start)!;
        var errors = new System.Text.StringBuilder();
        _process.ErrorDataReceived += (_, line) => errors.AppendLine(line.Data);
        _process.BeginErrorReadLine();
        string? line = _process.StandardOutput.ReadLine();
        if (line is null || !line.StartsWith("LISTENING ", StringComparison.Ordinal))
        {
            _process.WaitForExit();
            throw new InvalidOperationException($"the server did not start: {line} {errors}");
        }

        Port = int.Parse(line["LISTENING ".Length..], CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        if (_process is not null)
            Kill();
    }
}
