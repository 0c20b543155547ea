using System.Runtime.InteropServices;

namespace MuJoCo.Native;

/// <summary>
/// A string as C expects it, UTF-8 with a terminating zero. Dispose frees it. MuJoCo reads the address 0 that null would be.
/// </summary>
internal readonly ref struct CString(string text)
{
    public nint Pointer { get; } = Marshal.StringToCoTaskMemUTF8(text ?? throw new ArgumentNullException(nameof(text)));

    public void Dispose() => Marshal.FreeCoTaskMem(Pointer);
}
