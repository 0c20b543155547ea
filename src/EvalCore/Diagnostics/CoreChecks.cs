using System.Runtime.InteropServices;
using EvalCore.Video;

namespace EvalCore.Diagnostics;

/// <summary>What EvalCore itself looks for.</summary>
public static class CoreChecks
{
    /// <summary>The checks.</summary>
    public static IReadOnlyList<Check> All { get; } =
    [
        new(".NET", () => $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}, {Environment.ProcessorCount} cores"),
        new("ffmpeg", Ffmpeg, Optional: true),
        new("mirror", Mirror, Optional: true),
    ];

    private static string Ffmpeg() => FfmpegEncoder.Find()
        ?? throw new EvalCoreException("not installed: videos are written as animated PNG; for mp4: sudo apt-get install ffmpeg");

    private static string Mirror()
    {
        string? folder = Environment.GetEnvironmentVariable("EVALCORE_MIRROR");
        if (string.IsNullOrEmpty(folder))
            return "EVALCORE_MIRROR is not set: assets come from their authors' releases";
        return Directory.Exists(folder)
            ? folder
            : throw new EvalCoreException($"EVALCORE_MIRROR names '{folder}', which is no folder: unset EVALCORE_MIRROR, or name one");
    }
}
