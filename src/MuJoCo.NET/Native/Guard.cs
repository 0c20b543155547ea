using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MuJoCo.Native;

/// <summary>
/// Calls MuJoCo's functions and turns MuJoCo's errors into exceptions.
/// </summary>
/// <remarks>
/// <para>MuJoCo reports an error by calling the handler <c>mju_user_error</c>, which must not return; without a handler
/// MuJoCo ends the process. C programs and MuJoCo's Python binding leave the handler by <c>longjmp</c> to a
/// <c>setjmp</c> made before the call. .NET can use neither: <c>setjmp</c> must be called from the stack frame to which
/// <c>longjmp</c> returns, and jumping or throwing across managed frames (a handler written in C#) is undefined.</para>
/// <para>Therefore both functions are native: two short pieces of x86-64 machine code, written to an executable page.
/// <c>enter</c> saves the callee-saved registers and the stack pointer, calls the MuJoCo function and returns 0.
/// <c>leave</c>, installed as <c>mju_user_error</c>, copies the message, restores the registers that the thread's
/// innermost <c>enter</c> saved, and makes that <c>enter</c> return 1. As in the Python binding, only MuJoCo's stack
/// frames are skipped; for .NET the call is a native call that returns. A pthread key holds the thread's innermost
/// <c>enter</c>, so threads are independent and calls can be nested.</para>
/// <para>A call that ends with an error leaks the memory it would have freed, and leaves its data in an undefined
/// state. A hardware shadow stack would have to be unwound too; .NET programs on Linux run without one.</para>
/// </remarks>
internal static unsafe class Guard
{
    private const int MessageLength = 1000;

    private static readonly Lock Installing = new();
    private static delegate* unmanaged<Frame*, int> s_enter;
    private static int s_key;

    /// <summary>
    /// This thread's cell, also stored under the pthread key. The key's destructor frees it when the thread ends.
    /// </summary>
    [ThreadStatic]
    private static Cell* t_cell;

    [ThreadStatic]
    private static List<string>? t_warnings;

    /// <summary>A call in progress. The machine code of <c>enter</c> uses the offsets of these fields.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Frame
    {
        public nint Function;
        public nint A0, A1, A2, A3, A4, A5, A6, A7;
        public nint Result;
        public nint StackPointer;
    }

    /// <summary>
    /// A thread's innermost call and the message of its last error. The machine code of <c>leave</c> uses these
    /// offsets.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Cell
    {
        public Frame* Innermost;
        public fixed byte Message[MessageLength];
    }

    /// <summary>
    /// Calls a MuJoCo function that takes integers and pointers, and raises its warnings.
    /// </summary>
    /// <exception cref="MujocoException">MuJoCo reported an error.</exception>
    public static nint Call(
        nint function, nint a0 = 0, nint a1 = 0, nint a2 = 0, nint a3 = 0, nint a4 = 0, nint a5 = 0, nint a6 = 0,
        nint a7 = 0)
    {
        string? error = Run(out nint result, function, a0, a1, a2, a3, a4, a5, a6, a7);
        RaiseWarnings();
        return error is null ? result : throw new MujocoException(error);
    }

    /// <summary>
    /// Calls a MuJoCo function that creates an object. Its warnings wait for <see cref="RaiseWarnings"/>, so that an exception
    /// of a handler comes when the object has an owner that frees it. Returns 0 when there is no object.
    /// </summary>
    /// <exception cref="MujocoException">MuJoCo reported an error.</exception>
    public static nint Create(nint function, nint a0 = 0, nint a1 = 0, nint a2 = 0, nint a3 = 0)
    {
        string? error = Run(out nint result, function, a0, a1, a2, a3, 0, 0, 0, 0);
        if (error is null && result != 0)
            return result;
        RaiseWarnings();
        return error is null ? 0 : throw new MujocoException(error);
    }

    /// <summary>
    /// Calls a MuJoCo function that frees an object, on any thread, the finalizer's included. Never throws; drops the call's
    /// warnings. Returns whether MuJoCo reported no error.
    /// </summary>
    public static bool Free(nint function, nint a0)
    {
        int waiting = t_warnings?.Count ?? 0;
        string? error = Run(out _, function, a0, 0, 0, 0, 0, 0, 0, 0);
        if (t_warnings is { } warnings && warnings.Count > waiting)
            warnings.RemoveRange(waiting, warnings.Count - waiting);
        return error is null;
    }

    /// <summary>Raises the warnings of this thread that were not raised yet.</summary>
    public static void RaiseWarnings()
    {
        if (t_warnings is { Count: > 0 })
            RaiseEach();
    }

    /// <summary>Calls a MuJoCo function; returns MuJoCo's error, or null.</summary>
    internal static string? Run(
        out nint result, nint function, nint a0, nint a1, nint a2, nint a3, nint a4, nint a5, nint a6, nint a7)
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
        result = frame.Result;
        return failed == 0
            ? null
            : Marshal.PtrToStringUTF8((nint)cell->Message) ?? "MuJoCo reported an error without a message";
    }

    /// <summary>
    /// Writes the machine code and installs MuJoCo's handlers for errors and warnings; later calls do nothing.
    /// </summary>
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
                throw new MujocoException("pthread_key_create failed: the process has no key left for MuJoCo's error handler");
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
            throw new MujocoException("pthread_setspecific failed: there is no memory for a thread's error handler");
        t_cell = cell;
        return cell;
    }

    /// <summary>The library with the pthread functions: libc, or before glibc 2.34 libpthread.</summary>
    private static nint Threads(nint libc) =>
        NativeLibrary.TryGetExport(libc, "pthread_key_create", out _) ? libc : NativeLibrary.Load("libpthread.so.0");

    /// <summary>
    /// MuJoCo's handler for warnings, called inside a native call. An exception must not leave it, so it only stores
    /// the warning; <see cref="RaiseWarnings"/> raises it after the call.
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
            // The warning is lost.
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RaiseEach()
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
            throw new MujocoException("mmap failed: there is no memory for MuJoCo's error handler");
        code.CopyTo(new Span<byte>((void*)page, Size));
        return mprotect(page, Size, ReadExecute) == 0
            ? (byte*)page
            : throw new MujocoException(
                "mprotect failed: MuJoCo's error handler needs an executable page, which the system forbids");
    }

    /// <summary>Assembles <c>enter</c>, at offset 0, and <c>leave</c>, in the System V calling convention.</summary>
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
        Emit(0x48, 0x85, 0xC0, 0x74, 0);                 // test rax, rax; jz noCall
        int first = code.Count;
        Emit(0x48, 0x8B, 0x08);                          // mov rcx, [rax + Innermost]
        Emit(0x48, 0x85, 0xC9, 0x74, 0);                 // test rcx, rcx; jz noCall
        int second = code.Count;
        Emit(0x48, 0x89, 0xDE);                          // mov rsi, rbx
        Emit(0x48, 0x89, 0xCB);                          // mov rbx, rcx
        Emit(0x48, 0x8D, 0x78, 0x08);                    // lea rdi, [rax + Message]
        Emit(0xBA);                                      // mov edx, length; the cell was zeroed, so the string is terminated
        Emit(BitConverter.GetBytes(MessageLength - 1));
        CallTo(strncpy);
        Emit(0xB8, 1, 0, 0, 0);                          // mov eax, 1
        Emit(0xE9);                                      // jmp exit
        Emit(BitConverter.GetBytes(exit - (code.Count + 4)));

        // noCall: an error outside of calls of this binding, made by other native code in the process.
        int noCall = code.Count;
        code[first - 1] = (byte)(noCall - first);
        code[second - 1] = (byte)(noCall - second);
        Emit(0x48, 0x89, 0xDF);                          // mov rdi, rbx
        CallTo(perror);
        CallTo(abort);
        return ([.. code], leave);
    }
}
