using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using EvalCore.Environments;

namespace EvalCore.Isolation;

/// <summary>The process of an environment, as the process of the run sees it. Used by one thread at a time, but for <see cref="Kill"/>.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private const int MostLines = 20;

    private static int s_running;

    private static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly Mailbox _mailbox;
    private readonly string _path;
    private readonly Stream _input;
    private readonly Stream _output;
    private readonly Queue<string> _errors = new();
    private readonly Lock _ending = new();
    private long _count;
    private bool _isOpen;
    private bool _disposed;
    private volatile bool _hasEnded;
    private volatile bool _isKilled;

    /// <summary>The owner and the calls in progress. The last of them frees what they use.</summary>
    private int _users = 1;

    private WorkerProcess(Process process, Mailbox mailbox, string path)
    {
        (_process, _mailbox, _path) = (process, mailbox, path);
        (_input, _output) = (process.StandardInput.BaseStream, process.StandardOutput.BaseStream);
        process.ErrorDataReceived += (_, line) => Remember(line.Data);
        process.BeginErrorReadLine();
        Interlocked.Increment(ref s_running);
    }

    /// <summary>Whether the process has ended, or was told to.</summary>
    public bool IsLost => _hasEnded || _isKilled;

    /// <summary>The command, its reply and their numbers.</summary>
    public Mailbox Mailbox => _mailbox;

    /// <summary>Starts a process. Its benchmark is opened by <see cref="Open"/>.</summary>
    /// <exception cref="EvalCoreException">It does not start.</exception>
    public static WorkerProcess Start(WorkerProgram program)
    {
        var memory = SharedMemory.Create(Mailbox.Bytes, out string path);
        try
        {
            string parent = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
            var start = new ProcessStartInfo(program.FileName, [.. program.Arguments, .. IsolatedWorker.Arguments(path, parent)])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            return new WorkerProcess(Process.Start(start)!, new Mailbox(memory), path);
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
        {
            memory.Dispose();
            File.Delete(path);
            throw new EvalCoreException($"--eval.isolation=process: {program.FileName} cannot be started as the process of an environment ({EvalCoreException.Reason(e)})", e);
        }
    }

    /// <summary>Opens the benchmark, once.</summary>
    /// <param name="flags">The suite's type and its flags.</param>
    public void Open(JsonObject flags)
    {
        if (_isOpen)
            return;
        Call(WorkerCommand.Open, "its start", flags.ToJsonString());
        _isOpen = true;
    }

    /// <summary>Has a command obeyed. Its numbers are in the mailbox before, those of the reply after.</summary>
    /// <param name="command">The command.</param>
    /// <param name="what">What it does, for the message on a lost process: <c>its reset</c>.</param>
    /// <param name="text">Its text.</param>
    /// <exception cref="LostEnvironmentException">The process has ended.</exception>
    public void Call(WorkerCommand command, string what, string? text = null)
    {
        if (text is not null)
            _mailbox.Text = text;
        Call(command, what, static (_, what) => (string)what);
    }

    /// <summary>The same, where the message on a lost process is made when it is needed.</summary>
    /// <param name="command">The command.</param>
    /// <param name="state">What the message is made of.</param>
    /// <param name="what">Makes the message, also of how many steps have begun.</param>
    public void Call(WorkerCommand command, object state, Func<long, object, string> what)
    {
        Interlocked.Increment(ref _users);
        try
        {
            if (IsLost)
                throw Lost(what(0, state));
            _mailbox.Command = command;
            _mailbox.Step = 0;
            _mailbox.HasCore = 2 * Volatile.Read(ref s_running) <= Environment.ProcessorCount;
            if (!IsAnswered())
                throw Lost(what(_mailbox.Step, state));
            if (_mailbox.HasFailed)
                throw WorkerText.ExceptionOf(_mailbox.Text);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Asks for the device that renders.</summary>
    /// <exception cref="LostEnvironmentException">The process has ended.</exception>
    public WorkerDevice AskForDevice()
    {
        Call(WorkerCommand.Device, "its first image");
        var json = JsonNode.Parse(_mailbox.Text)!;
        return new WorkerDevice((string?)json["device"], [.. json["notes"]!.AsArray().Select(note => (string)note!)]);
    }

    /// <summary>
    /// Has the environment or renderer closed, unless the process is lost. A process that does not do so in some seconds is ended:
    /// nothing in it is needed any more.
    /// </summary>
    public void Close()
    {
        if (IsLost)
            return;
        using var late = KillAfter(ClosePatience);
        try
        {
            Call(WorkerCommand.Close, "its end");
        }
        catch (LostEnvironmentException)
        {
            // What it had is gone as well.
        }
    }

    /// <summary>Ends the process after a time, unless the timer is disposed before.</summary>
    public Timer KillAfter(TimeSpan patience) => new(_ => Kill(), null, patience, Timeout.InfiniteTimeSpan);

    /// <summary>Ends the process and those that it has started. Called on any thread: a call that waits for it throws.</summary>
    public void Kill()
    {
        _isKilled = true;
        End();
    }

    /// <summary>Ends the process.</summary>
    public void Dispose()
    {
        lock (_ending)
        {
            if (_disposed)
                return;
            _disposed = true;
            _isKilled = true;
        }

        Interlocked.Decrement(ref s_running);
        End();
        Leave();
        _process.Dispose();

        // It is there still where the process ended before it opened it.
        File.Delete(_path);
    }

    private bool IsAnswered()
    {
        try
        {
            _mailbox.SendCommand(++_count, _input);
            return _mailbox.AwaitReply(_count, _output);
        }
        catch (IOException)
        {
            // Its end of a pipe is closed.
            return false;
        }
    }

    /// <summary>Ends a use of the mailbox and the pipes: a thread that still waits for a reply reads them after the process is disposed.</summary>
    private void Leave()
    {
        if (Interlocked.Decrement(ref _users) > 0)
            return;
        _mailbox.Dispose();
        _input.Dispose();
        _output.Dispose();
    }

    private void End()
    {
        lock (_ending)
        {
            try
            {
                _process.Kill(entireProcessTree: true);
            }
            catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception or AggregateException)
            {
                // It has ended already.
            }
        }
    }

    private Exception Lost(string what)
    {
        bool isFirst = !_hasEnded;
        _hasEnded = true;
        if (_isKilled)
            return new LostEnvironmentException($"the simulator's process did not return from {what}");
        if (isFirst && !_process.WaitForExit(TimeSpan.FromSeconds(5)))
            End();
        int code = _process.HasExited ? _process.ExitCode : 0;
        string how = code > 128 ? $"was ended by {SignalOf(code - 128)}" : $"ended with exit code {code}";
        if (_isOpen || code > 128)
            return new LostEnvironmentException($"the simulator's process {how} in {what}");
        string? last;
        lock (_errors)
            last = _errors.LastOrDefault();
        return new EvalCoreException($"--eval.isolation=process: the process of an environment {how} before it began{(last is null ? "" : $": {last}")}");
    }

    /// <summary>Keeps the last lines of what the process writes to standard error, where the runtime explains a crash at length.</summary>
    private void Remember(string? line)
    {
        if (string.IsNullOrWhiteSpace(line))
            return;
        lock (_errors)
        {
            _errors.Enqueue(EvalCoreException.Printable(line.Length > 300 ? line[..300] : line));
            if (_errors.Count > MostLines)
                _errors.Dequeue();
        }
    }

    private static string SignalOf(int number) => number switch
    {
        4 => "SIGILL",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        15 => "SIGTERM",
        _ => string.Create(CultureInfo.InvariantCulture, $"signal {number}"),
    };
}
