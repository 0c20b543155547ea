using System.Diagnostics;
using System.Text;
using System.Text.Unicode;

namespace EvalCore.Isolation;

/// <summary>
/// What the process of a run and that of an environment exchange: one command at a time, and its reply. The content is in shared
/// memory. Who waits polls a counter for a moment and then sleeps until a byte arrives on a pipe; the bytes have no meaning, so
/// that whatever a native library prints there does no harm.
/// </summary>
internal sealed class Mailbox(SharedMemory memory) : IDisposable
{
    /// <summary>The size of a mailbox, in bytes.</summary>
    public const int Bytes = 1 << 18;

    // What one side writes and the other polls is on a cache line of its own.
    private const int CommandCount = 0;
    private const int ReplyCount = 64;
    private const int ParentSleeps = 128;
    private const int ChildSleeps = 192;
    private const int Playing = 256;
    private const int CommandAt = 320;
    private const int StatusAt = 328;
    private const int LengthAt = 336;
    private const int HasCoreAt = 344;
    private const int NumbersAt = 352;
    private const int TextAt = 512;

    /// <summary>How long a counter is polled without a pause, where each side has a core: 20 µs.</summary>
    private static readonly long Polling = Stopwatch.Frequency / 50_000;

    /// <summary>
    /// How long it is polled after that while other threads go first, where the wait before was no longer: 1 ms. To be woken takes
    /// tenths of a millisecond on a virtual machine, as long as some steps of a fast simulator.
    /// </summary>
    private static readonly long Yielding = Stopwatch.Frequency / 1_000;

    private static readonly byte[] Wake = [0];

    private readonly byte[] _arrived = new byte[256];
    private long _lastWait;

    /// <summary>The command.</summary>
    public WorkerCommand Command
    {
        get => (WorkerCommand)memory.Long(CommandAt);
        set => memory.Long(CommandAt) = (long)value;
    }

    /// <summary>Whether a command failed: its text says why.</summary>
    public bool HasFailed
    {
        get => memory.Long(StatusAt) != 0;
        set => memory.Long(StatusAt) = value ? 1 : 0;
    }

    /// <summary>Whether each side has a core of its own. The process of the run says it.</summary>
    public bool HasCore
    {
        get => memory.Long(HasCoreAt) != 0;
        set => memory.Long(HasCoreAt) = value ? 1 : 0;
    }

    /// <summary>How many steps of a command have begun. Who reads it after a crash knows in which.</summary>
    public long Step
    {
        get => Volatile.Read(ref memory.Long(Playing));
        set => Volatile.Write(ref memory.Long(Playing), value);
    }

    /// <summary>A whole number of a command or a reply.</summary>
    public ref long this[int index] => ref memory.Long(NumbersAt + index * sizeof(long));

    /// <summary>The text of a command or a reply. A longer one than there is room for is cut.</summary>
    public string Text
    {
        get => Encoding.UTF8.GetString(memory.Slice(TextAt, (int)Math.Clamp(memory.Long(LengthAt), 0, Bytes - TextAt)));
        set
        {
            Utf8.FromUtf16(value, memory.Slice(TextAt, Bytes - TextAt), out _, out int written);
            memory.Long(LengthAt) = written;
        }
    }

    /// <summary>Sends a command.</summary>
    /// <param name="count">Its number, from 1.</param>
    /// <param name="wake">Wakes the other side.</param>
    public void SendCommand(long count, Stream wake) => Send(CommandCount, count, ChildSleeps, wake);

    /// <summary>Waits for a command; false when the other side has ended.</summary>
    public bool AwaitCommand(long count, Stream wake) => Await(CommandCount, count, ChildSleeps, wake);

    /// <summary>Sends the reply to a command.</summary>
    public void SendReply(long count, Stream wake) => Send(ReplyCount, count, ParentSleeps, wake);

    /// <summary>Waits for the reply to a command; false when the other side has ended.</summary>
    public bool AwaitReply(long count, Stream wake) => Await(ReplyCount, count, ParentSleeps, wake);

    public void Dispose() => memory.Dispose();

    private void Send(int counter, long count, int sleeps, Stream wake)
    {
        Interlocked.Exchange(ref memory.Long(counter), count);
        if (Interlocked.Exchange(ref memory.Long(sleeps), 0) == 0)
            return;
        wake.Write(Wake);
        wake.Flush();
    }

    private bool Await(int counter, long count, int sleeps, Stream wake)
    {
        long start = Stopwatch.GetTimestamp(), waited = 0;
        long patience = !HasCore ? 0 : _lastWait < Yielding ? Yielding : Polling;
        while (Volatile.Read(ref memory.Long(counter)) != count)
        {
            if (waited >= patience)
            {
                bool hasArrived = Sleep(counter, count, sleeps, wake);
                _lastWait = Stopwatch.GetTimestamp() - start;
                return hasArrived;
            }

            if (waited < Polling)
                Thread.SpinWait(8);
            else
                Thread.Yield();
            waited = Stopwatch.GetTimestamp() - start;
        }

        _lastWait = waited;
        return true;
    }

    private bool Sleep(int counter, long count, int sleeps, Stream wake)
    {
        while (true)
        {
            Interlocked.Exchange(ref memory.Long(sleeps), 1);
            if (Interlocked.Read(ref memory.Long(counter)) == count)
            {
                // A byte may be on its way: the next wait is woken once for nothing.
                Interlocked.Exchange(ref memory.Long(sleeps), 0);
                return true;
            }

            if (wake.Read(_arrived) == 0)
                return false;
        }
    }
}
