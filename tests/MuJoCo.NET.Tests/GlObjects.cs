using System.Text;
using MuJoCo.Native;

namespace MuJoCo.Tests;

/// <summary>
/// Counts the objects of this thread's OpenGL context by testing the names (OpenGL's integers) 1 to 20 000.
/// </summary>
internal static unsafe class GlObjects
{
    private const uint Names = 20_000;

    private static readonly string[] Kinds = ["glIsTexture", "glIsList", "glIsFramebuffer", "glIsRenderbuffer", "glIsBuffer"];

    /// <summary>Returns the counts, for example <c>glIsTexture 3, glIsList 912, ...</c></summary>
    public static string Count()
    {
        using var _ = GlContext.OfThread.Begin();
        var text = new StringBuilder();
        foreach (string kind in Kinds)
        {
            var isOne = (delegate* unmanaged<uint, byte>)Egl.Address(kind);
            int count = 0;
            for (uint name = 1; name <= Names; name++)
                count += isOne(name);
            text.Append(text.Length > 0 ? ", " : "").Append(kind).Append(' ').Append(count);
        }

        return text.ToString();
    }
}
