using System.Text;
using MuJoCo.Native;

namespace MuJoCo.Tests;

/// <summary>Counts the objects of this thread's OpenGL context: those that have one of the first names.</summary>
internal static unsafe class GlObjects
{
    private const uint Names = 20_000;

    private static readonly string[] Kinds = ["glIsTexture", "glIsList", "glIsFramebuffer", "glIsRenderbuffer", "glIsBuffer"];

    /// <summary>For example <c>glIsTexture 3, glIsList 912, ...</c></summary>
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
