using System.Diagnostics;

namespace EvalCore.Remote.Connections;

/// <summary>
/// The server that <c>--policy.serve_command</c> starts. A small shell waits beside it: when this program ends, however it ends,
/// the pipe between them closes, and the shell stops the server and what the server started.
/// </summary>
internal sealed class ServerProcess : IDisposable
{
    private const int KeptLines = 20;
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ReadPatience = TimeSpan.FromSeconds(2);

    // setsid gives the server a process group of its own, which is then stopped as a whole. Where it is missing (macOS) only the
    // server itself is.
    private const string Script = """
        trap : INT TERM HUP
        launch=$(command -v setsid)
        $launch /bin/sh -c "$1" < /dev/null 3<&- 2>&1 &
        server=$!
        stop() {
            kill -TERM -"$server" 2> /dev/null || kill -TERM "$server" 2> /dev/null
            tries=0
            while kill -0 -"$server" 2> /dev/null || kill -0 "$server" 2> /dev/null; do
                tries=$((tries + 1))
                if [ "$tries" -gt 50 ]; then
                    kill -KILL -"$server" 2> /dev/null || kill -KILL "$server" 2> /dev/null
                    break
                fi
                sleep 0.1
            done
        }
        ( cat <&3 > /dev/null; stop ) > /dev/null 2>&1 &
        watcher=$!
        status=1000
        while :; do
            wait "$server"
            status=$?
            kill -0 "$server" 2> /dev/null || break
        done
        # What the server started may outlive it.
        stop
        kill "$watcher" 2> /dev/null
        exit "$status"
        """;

    private readonly Process _process;
    private readonly Queue<string> _lines = new();
    private readonly CountdownEvent _streams = new(2);
    private bool _disposed;

    private ServerProcess(Process process) => _process = process;

    /// <summary>Whether the server still runs.</summary>
    public bool IsRunning => !_process.HasExited;

    /// <summary>How it ended and what it wrote last, in one line.</summary>
    public string Outcome
    {
        get
        {
            // What it wrote last may not have been read yet.
            if (!IsRunning)
                _streams.Wait(ReadPatience);
            string last;
            lock (_lines)
                last = string.Join(" | ", _lines);
            string how = IsRunning ? "it still runs" : $"it ended with exit code {_process.ExitCode}";
            return last.Length > 0 ? $"{how}; its last lines: {last}" : $"{how} and wrote nothing";
        }
    }

    /// <summary>Starts a command.</summary>
    /// <param name="command">The command, as a POSIX shell reads it.</param>
    /// <exception cref="EvalCoreException">There is no shell.</exception>
    public static ServerProcess Start(string command)
    {
        var start = new ProcessStartInfo("/bin/sh")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("exec 3<&0; " + Script);
        start.ArgumentList.Add("evalcore-server");
        start.ArgumentList.Add(command);
        try
        {
            var process = new Process { StartInfo = start };
            var server = new ServerProcess(process);
            process.OutputDataReceived += server.Keep;
            process.ErrorDataReceived += server.Keep;
            process.Start();
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            return server;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException or PlatformNotSupportedException)
        {
            throw new EvalCoreException($"--policy.serve_command: /bin/sh cannot be started ({EvalCoreException.Reason(e)})", e);
        }
    }

    /// <summary>Stops the server, and waits until it has ended.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        try
        {
            _process.StandardInput.Close();
            if (!_process.WaitForExit(StopPatience))
                _process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or System.ComponentModel.Win32Exception)
        {
            // It has ended.
        }

        _process.Dispose();
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null && !_streams.IsSet)
            _streams.Signal();
        if (string.IsNullOrWhiteSpace(line.Data))
            return;
        lock (_lines)
        {
            _lines.Enqueue(OneLine.Of(string.Concat(line.Data.Trim().Take(200))));
            while (_lines.Count > KeptLines)
                _lines.Dequeue();
        }
    }
}
