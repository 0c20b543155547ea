using System.Runtime.InteropServices;

namespace MuJoCo.Native;

/// <summary>A text as C takes it, UTF-8 with a zero at its end; freed when it is disposed of.</summary>
internal readonly ref struct CString(string text)
{
    public nint Pointer { get; } = Marshal.StringToCoTaskMemUTF8(text);

    public void Dispose() => Marshal.FreeCoTaskMem(Pointer);
}
