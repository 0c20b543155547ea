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
    private readonly string _path;
    private bool _finished;

    public FfmpegEncoder(string program, string path, int width, int height, int fps)
    {
        _path = path;
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        string[] arguments =
        [
            "-y", "-loglevel", "error",
            "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", $"{width}x{height}", "-r", $"{fps}", "-i", "-",
            "-c:v", "libx264", "-preset", "ultrafast", "-crf", "23", "-pix_fmt", "yuv420p", "-threads", "1",
            // H.264 with yuv420p needs an even number of pixels each way.
            "-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2",
            "-movflags", "+faststart", "-f", "mp4", _path + ".part",
        ];
        foreach (string argument in arguments)
        {
            if (!(argument is "-vf" or "pad=ceil(iw/2)*2:ceil(ih/2)*2") || width % 2 + height % 2 > 0)
                start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start) ?? throw new IOException($"{program} did not start");
        _input = _process.StandardInput.BaseStream;
        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>The program, found as a shell would find it; null where there is none.</summary>
    public static string? Find()
    {
        string[] names = OperatingSystem.IsWindows() ? ["ffmpeg.exe"] : ["ffmpeg"];
        return (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => names.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);
    }

    public void Add(ReadOnlySpan<byte> frame) => _input.Write(frame);

    public void Finish()
    {
        _input.Dispose();
        _process.WaitForExit();
        if (_process.ExitCode != 0)
            throw new IOException($"ffmpeg ended with code {_process.ExitCode}: {_errors.Result.Trim().Split('\n')[0]}");
        File.Move(_path + ".part", _path, overwrite: true);
        _finished = true;
    }

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
