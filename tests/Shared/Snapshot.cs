using System.Runtime.CompilerServices;
using DiffEngine;

namespace EvalCore.Tests;

/// <summary>
/// Compares a string with <c>&lt;Class&gt;.&lt;Method&gt;.verified.txt</c> beside the test, in Verify's file
/// convention: on a difference the string is written to <c>.received.txt</c>, a diff tool is opened if there is one,
/// and the test fails.
/// </summary>
internal static class Snapshot
{
    public static void Verify(
        string text, string? parameter = null, string extension = "txt",
        [CallerFilePath] string file = "", [CallerMemberName] string method = "")
    {
        string name = $"{Path.GetFileNameWithoutExtension(file)}.{method}{(parameter is null ? "" : "_" + parameter)}";
        string stem = Path.Combine(Path.GetDirectoryName(file)!, name);
        string verified = $"{stem}.verified.{extension}";
        string received = $"{stem}.received.{extension}";
        text = text.ReplaceLineEndings("\n").TrimEnd('\n');

        if (File.Exists(verified) && File.ReadAllText(verified).ReplaceLineEndings("\n").TrimEnd('\n') == text)
        {
            File.Delete(received);
            return;
        }

        File.WriteAllText(received, text);
        DiffRunner.Launch(received, verified);
        Assert.Fail($"{name}: differs from its .verified.{extension}. Received:\n{text}");
    }
}
