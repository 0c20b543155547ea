using System.Diagnostics;
using EvalCore.Diagnostics;

namespace EvalCore.Video;

/// <summary>
/// Pipes frames into the program ffmpeg, which writes mp4 with H.264 and yuv420p, like LeRobot's videos. It uses the
/// fastest preset, because encoding time matters more than file size.
/// </summary>
internal sealed class FfmpegEncoder : IVideoEncoder
{
    private readonly Process _process;
    private readonly Stream _input;
    private readonly Task<string> _errors;
    private readonly Yuv420 _image;
    private readonly string _path;
    private bool _finished;

    public FfmpegEncoder(string program, string path, int width, int height, int fps)
    {
        _path = path;
        _image = new Yuv420(width, height);
        string[] arguments =
        [
            "-y", "-loglevel", "error",
            "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", $"{_image.Width}x{_image.Height}", "-r", $"{fps}", "-i", "-",
            "-c:v", "libx264", "-preset", "ultrafast", "-crf", "23", "-threads", "1",
            "-movflags", "+faststart", "-f", "mp4", _path + ".part",
        ];
        // Ctrl-C signals all programs in the terminal's process group. setsid starts ffmpeg in a separate session, so
        // that it completes the videos of finished episodes; it ends when the pipe is closed.
        var start = Find("setsid") is { } setsid ? new ProcessStartInfo(setsid, [program, .. arguments]) : new ProcessStartInfo(program, arguments);
        start.RedirectStandardInput = true;
        start.RedirectStandardError = true;
        _process = Process.Start(start) ?? throw new IOException($"{program} did not start");
        _input = _process.StandardInput.BaseStream;
        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>The check that <c>evalcore doctor</c> makes.</summary>
    public static Check Check { get; } = new(
        "ffmpeg",
        () => Find() ?? throw new EvalCoreException(
            "not installed: videos are written as animated PNG; for mp4: sudo apt-get install ffmpeg"),
        Optional: true);

    /// <summary>The path of ffmpeg, found in <c>PATH</c>; null when it is not installed.</summary>
    public static string? Find() => Find("ffmpeg");

    private static string? Find(string program)
    {
        string[] names = OperatingSystem.IsWindows() ? [program + ".exe"] : [program];
        return (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => names.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);
    }

    public void Add(ReadOnlySpan<byte> frame)
    {
        _image.Convert(frame);
        try
        {
            _input.Write(_image.Frame);
        }
        catch (IOException) when (_process.WaitForExit(1000))
        {
            // ffmpeg has ended and closed the pipe; its error output states the reason.
            throw Failed();
        }
    }

    public void Finish()
    {
        _input.Dispose();
        _process.WaitForExit();
        if (_process.ExitCode != 0)
            throw Failed();
        File.Move(_path + ".part", _path, overwrite: true);
        _finished = true;
    }

    private IOException Failed() =>
        new($"ffmpeg ended with code {_process.ExitCode}: {_errors.Result.Trim().Split('\n')[0]}");

    public void Dispose()
    {
        if (!_finished)
        {
            try
            {
                _process.Kill();
                _process.WaitForExit();
            }
            catch (InvalidOperationException)
            {
                // The process has already ended.
            }

            File.Delete(_path + ".part");
        }

        _process.Dispose();
    }
}
