using System.Runtime.InteropServices;

namespace EvalCore.Torch;

/// <summary>Errors of libtorch, for messages.</summary>
internal static class TorchError
{
    /// <summary>What libtorch says before its stack of native frames, in one line.</summary>
    public static string Reason(ExternalException error)
    {
        string text = error.Message;
        int end = text.IndexOf("Exception raised from", StringComparison.Ordinal);
        return (end > 0 ? text[..end] : text.Split('\n')[0]).ReplaceLineEndings(" ").Trim().TrimEnd('.');
    }
}
