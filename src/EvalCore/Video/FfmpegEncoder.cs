using System.Diagnostics;

namespace EvalCore.Video;

/// <summary>
/// Pipes frames into the program ffmpeg, which writes H.264, yuv420p, in mp4, as LeRobot's videos are. The fastest
/// preset is taken: a video is looked at, not archived.
/// </summary>
internal sealed class FfmpegEncoder : IVideoEncoder
{
    private readonly Process _process;
    private readonly Stream _input;
    private readonly Task<string> _errors;
    private readonly Yuv420 _picture;
    private readonly string _path;
    private bool _finished;

    public FfmpegEncoder(string program, string path, int width, int height, int fps)
    {
        _path = path;
        _picture = new Yuv420(width, height);
        string[] arguments =
        [
            "-y", "-loglevel", "error",
            "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", $"{_picture.Width}x{_picture.Height}", "-r", $"{fps}", "-i", "-",
            "-c:v", "libx264", "-preset", "ultrafast", "-crf", "23", "-threads", "1",
            "-movflags", "+faststart", "-f", "mp4", _path + ".part",
        ];
        // Ctrl-C goes to all programs of a terminal's group. In a session of its own ffmpeg completes the videos of what is
        // finished; it ends when the pipe does.
        var start = Find("setsid") is { } setsid ? new ProcessStartInfo(setsid, [program, .. arguments]) : new ProcessStartInfo(program, arguments);
        start.RedirectStandardInput = true;
        start.RedirectStandardError = true;
        _process = Process.Start(start) ?? throw new IOException($"{program} did not start");
        _input = _process.StandardInput.BaseStream;
        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>ffmpeg, found as a shell would find it; null where there is none.</summary>
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
        _picture.Convert(frame);
        try
        {
            _input.Write(_picture.Frame);
        }
        catch (IOException) when (_process.WaitForExit(1000))
        {
            // It went away and closed the pipe: what it said is the reason.
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
                // It has ended by itself.
            }

            File.Delete(_path + ".part");
        }

        _process.Dispose();
    }
}
