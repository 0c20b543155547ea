using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MuJoCo.Native;

/// <summary>
/// Calls MuJoCo such that its errors become exceptions.
/// </summary>
/// <remarks>
/// <para>MuJoCo reports an error by calling <c>mju_user_error</c>, which must not return; without a handler it ends the
/// process. C programs, and MuJoCo's own Python binding, leave by <c>longjmp</c> to a <c>setjmp</c> made before the
/// call. From .NET neither can be used: <c>setjmp</c> must be called from the frame that is returned to, and jumping
/// or throwing over managed frames (a handler written in C#) is undefined.</para>
/// <para>So both halves are native here, two short pieces of x86-64 machine code written to an executable page.
/// <c>enter</c> saves the callee-saved registers and the stack pointer, calls the MuJoCo function and returns 0.
/// <c>leave</c>, which is <c>mju_user_error</c>, keeps the message, restores what the thread's innermost <c>enter</c>
/// saved and makes that return 1. Only MuJoCo's own frames are skipped, exactly as with its Python binding, and .NET
/// sees a native call that returns. The thread's innermost <c>enter</c> is found through a pthread key, so threads are
/// independent, and calls nest.</para>
/// <para>What an abandoned call leaves behind is memory it would have freed, and data in an undefined state. A process
/// with a hardware shadow stack (off in .NET programs on Linux) would have to unwind that too.</para>
/// </remarks>
internal static unsafe class Guard
{
    private const int MessageLength = 1000;

    private static readonly Lock Installing = new();
    private static delegate* unmanaged<Frame*, int> s_enter;
    private static int s_key;

    /// <summary>
    /// This thread's cell; also the value of the pthread key, whose destructor frees it when the thread ends.
    /// </summary>
    [ThreadStatic]
    private static Cell* t_cell;

    [ThreadStatic]
    private static List<string>? t_warnings;

    /// <summary>A call in progress. <c>enter</c> knows these offsets.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Frame
    {
        public nint Function;
        public nint A0, A1, A2, A3, A4, A5, A6, A7;
        public nint Result;
        public nint StackPointer;
    }

    /// <summary>
    /// A thread's innermost call, and the message of its last error. <c>leave</c> knows these offsets.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Cell
    {
        public Frame* Innermost;
        public fixed byte Message[MessageLength];
    }

    /// <summary>Calls a MuJoCo function that takes integers and pointers.</summary>
    /// <exception cref="MujocoException">MuJoCo reported an error.</exception>
    public static nint Call(
        nint function, nint a0 = 0, nint a1 = 0, nint a2 = 0, nint a3 = 0, nint a4 = 0, nint a5 = 0, nint a6 = 0,
        nint a7 = 0)
    {
        Cell* cell = t_cell;
        if (cell is null)
            cell = NewCell();
        Frame frame;
        frame.Function = function;
        frame.A0 = a0;
        frame.A1 = a1;
        frame.A2 = a2;
        frame.A3 = a3;
        frame.A4 = a4;
        frame.A5 = a5;
        frame.A6 = a6;
        frame.A7 = a7;
        Frame* outer = cell->Innermost;
        cell->Innermost = &frame;
        int failed = s_enter(&frame);
        cell->Innermost = outer;
        if (t_warnings is { Count: > 0 })
            RaiseWarnings();
        return failed == 0
            ? frame.Result
            : throw new MujocoException(Marshal.PtrToStringUTF8((nint)cell->Message) ?? "an error without a text");
    }

    /// <summary>Makes the machine code and MuJoCo's handlers, once.</summary>
    public static void Install()
    {
        if (s_enter is not null)
            return;
        lock (Installing)
        {
            if (s_enter is not null)
                return;
            nint libc = NativeLibrary.Load("libc.so.6");
            nint threads = Threads(libc);
            int key;
            var create = (delegate* unmanaged<int*, nint, int>)NativeLibrary.GetExport(threads, "pthread_key_create");
            if (create(&key, NativeLibrary.GetExport(libc, "free")) != 0)
                throw new MujocoException("the process has no thread-specific key left for MuJoCo's error handler");
            s_key = key;

            (byte[] code, int leave) = Code(
                key,
                NativeLibrary.GetExport(threads, "pthread_getspecific"),
                NativeLibrary.GetExport(libc, "strncpy"),
                NativeLibrary.GetExport(libc, "perror"),
                NativeLibrary.GetExport(libc, "abort"));
            byte* page = ExecutablePage(libc, code);
            *(nint*)Library.Find("mju_user_warning") = (nint)(delegate* unmanaged<byte*, void>)&OnWarning;
            *(nint*)Library.Find("mju_user_error") = (nint)(page + leave);
            s_enter = (delegate* unmanaged<Frame*, int>)page;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Cell* NewCell()
    {
        nint threads = Threads(NativeLibrary.Load("libc.so.6"));
        var cell = (Cell*)NativeMemory.AllocZeroed((nuint)sizeof(Cell));
        var set = (delegate* unmanaged<int, nint, int>)NativeLibrary.GetExport(threads, "pthread_setspecific");
        if (set(s_key, (nint)cell) != 0)
            throw new MujocoException("the system has no memory for a thread's error handler");
        t_cell = cell;
        return cell;
    }

    /// <summary>The library with the thread functions: before glibc 2.34 one of its own.</summary>
    private static nint Threads(nint libc) =>
        NativeLibrary.TryGetExport(libc, "pthread_key_create", out _) ? libc : NativeLibrary.Load("libpthread.so.0");

    /// <summary>
    /// Called by MuJoCo, inside a call: an exception must not leave it, so the warning is raised after the call.
    /// </summary>
    [UnmanagedCallersOnly]
    private static void OnWarning(byte* message)
    {
        try
        {
            (t_warnings ??= []).Add(Marshal.PtrToStringUTF8((nint)message) ?? "");
        }
        catch (OutOfMemoryException)
        {
            // A warning less.
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RaiseWarnings()
    {
        string[] warnings = [.. t_warnings!];
        t_warnings!.Clear();
        foreach (string warning in warnings)
            Mujoco.RaiseWarning(warning);
    }

    private static byte* ExecutablePage(nint libc, byte[] code)
    {
        const int ReadWrite = 3, ReadExecute = 5, PrivateAnonymous = 0x22, Size = 4096;
        var mmap = (delegate* unmanaged<nint, nint, int, int, int, nint, nint>)NativeLibrary.GetExport(libc, "mmap");
        var mprotect = (delegate* unmanaged<nint, nint, int, int>)NativeLibrary.GetExport(libc, "mprotect");
        nint page = mmap(0, Size, ReadWrite, PrivateAnonymous, -1, 0);
        if (page == -1)
            throw new MujocoException("the system gives no page for MuJoCo's error handler (mmap failed)");
        code.CopyTo(new Span<byte>((void*)page, Size));
        return mprotect(page, Size, ReadExecute) == 0
            ? (byte*)page
            : throw new MujocoException(
                "the system forbids executable pages, which MuJoCo's error handler needs (mprotect failed)");
    }

    /// <summary>The machine code, in the System V calling convention; <c>enter</c> is at 0.</summary>
    private static (byte[] Code, int Leave) Code(int key, nint getSpecific, nint strncpy, nint perror, nint abort)
    {
        var code = new List<byte>();
        void Emit(params ReadOnlySpan<byte> bytes) => code.AddRange(bytes);
        void CallTo(nint function)
        {
            Emit(0x48, 0xB8); // mov rax, function
            Emit(BitConverter.GetBytes((long)function));
            Emit(0xFF, 0xD0); // call rax
        }

        // enter(rdi: Frame*)
        Emit(0x55, 0x53);                                // push rbp; push rbx
        Emit(0x41, 0x54, 0x41, 0x55, 0x41, 0x56, 0x41, 0x57); // push r12, r13, r14, r15
        Emit(0x48, 0x83, 0xEC, 0x08);                    // sub rsp, 8: aligned to 16
        Emit(0x48, 0x89, 0xFB);                          // mov rbx, rdi
        Emit(0x48, 0x89, 0x63, 0x50);                    // mov [rbx + StackPointer], rsp
        Emit(0xFF, 0x73, 0x40, 0xFF, 0x73, 0x38);        // push [rbx + A7]; push [rbx + A6]
        Emit(0x48, 0x8B, 0x7B, 0x08);                    // mov rdi, [rbx + A0]
        Emit(0x48, 0x8B, 0x73, 0x10);                    // mov rsi, [rbx + A1]
        Emit(0x48, 0x8B, 0x53, 0x18);                    // mov rdx, [rbx + A2]
        Emit(0x48, 0x8B, 0x4B, 0x20);                    // mov rcx, [rbx + A3]
        Emit(0x4C, 0x8B, 0x43, 0x28);                    // mov r8, [rbx + A4]
        Emit(0x4C, 0x8B, 0x4B, 0x30);                    // mov r9, [rbx + A5]
        Emit(0x31, 0xC0);                                // xor eax, eax: no vector arguments, for variadic functions
        Emit(0xFF, 0x13);                                // call [rbx + Function]
        Emit(0x48, 0x89, 0x43, 0x48);                    // mov [rbx + Result], rax
        Emit(0x31, 0xC0);                                // xor eax, eax
        int exit = code.Count;
        Emit(0x48, 0x8B, 0x63, 0x50);                    // mov rsp, [rbx + StackPointer]
        Emit(0x48, 0x83, 0xC4, 0x08);                    // add rsp, 8
        Emit(0x41, 0x5F, 0x41, 0x5E, 0x41, 0x5D, 0x41, 0x5C); // pop r15, r14, r13, r12
        Emit(0x5B, 0x5D, 0xC3);                          // pop rbx; pop rbp; ret

        // leave(rdi: char* message)
        int leave = code.Count;
        Emit(0x53);                                      // push rbx: aligned to 16
        Emit(0x48, 0x89, 0xFB);                          // mov rbx, rdi
        Emit(0xBF);                                      // mov edi, key
        Emit(BitConverter.GetBytes(key));
        CallTo(getSpecific);
        Emit(0x48, 0x85, 0xC0, 0x74, 0);                 // test rax, rax; jz nobody
        int first = code.Count;
        Emit(0x48, 0x8B, 0x08);                          // mov rcx, [rax + Innermost]
        Emit(0x48, 0x85, 0xC9, 0x74, 0);                 // test rcx, rcx; jz nobody
        int second = code.Count;
        Emit(0x48, 0x89, 0xDE);                          // mov rsi, rbx
        Emit(0x48, 0x89, 0xCB);                          // mov rbx, rcx
        Emit(0x48, 0x8D, 0x78, 0x08);                    // lea rdi, [rax + Message]
        Emit(0xBA);                                      // mov edx, length; the cell was zeroed, so the text ends
        Emit(BitConverter.GetBytes(MessageLength - 1));
        CallTo(strncpy);
        Emit(0xB8, 1, 0, 0, 0);                          // mov eax, 1
        Emit(0xE9);                                      // jmp exit
        Emit(BitConverter.GetBytes(exit - (code.Count + 4)));

        // An error outside of any call of this binding: other native code in the process uses MuJoCo by itself.
        int nobody = code.Count;
        code[first - 1] = (byte)(nobody - first);
        code[second - 1] = (byte)(nobody - second);
        Emit(0x48, 0x89, 0xDF);                          // mov rdi, rbx
        CallTo(perror);
        CallTo(abort);
        return ([.. code], leave);
    }
}
