using System.ComponentModel;
using System.Diagnostics;
using EvalCore.Diagnostics;

namespace EvalCore.Video;

/// <summary>
/// Pipes frames into the program ffmpeg, which writes mp4 with H.264 and yuv420p, like LeRobot's videos. It uses the
/// fastest preset, because encoding time matters more than file size. An ffmpeg that takes no frame for some seconds is
/// ended.
/// </summary>
internal sealed class FfmpegEncoder : IVideoEncoder
{
    /// <summary>How long ffmpeg may take for one frame.</summary>
    public static readonly TimeSpan FramePatience = TimeSpan.FromSeconds(10);

    private const int FinishPatienceFactor = 3;

    private readonly Process _process;
    private readonly Stream _input;
    private readonly Task<string> _errors;
    private readonly Yuv420 _image;
    private readonly UnfinishedVideo _file;
    private readonly TimeSpan _patience;
    private readonly Timer _watch;
    private long _deadline = long.MaxValue;
    private volatile bool _isLate;
    private bool _finished;

    /// <summary>Starts ffmpeg.</summary>
    /// <param name="program">The program's path.</param>
    /// <param name="path">The file to write.</param>
    /// <param name="width">The width of a frame in pixels.</param>
    /// <param name="height">The height of a frame in pixels.</param>
    /// <param name="fps">Frames per second.</param>
    /// <param name="patience">How long it may take for one frame; three times as long for the end of the file.</param>
    /// <exception cref="FfmpegException">It does not start.</exception>
    public FfmpegEncoder(string program, string path, int width, int height, int fps, TimeSpan patience)
    {
        (_file, _patience) = (new UnfinishedVideo(path), patience);
        _image = new Yuv420(width, height);

        // The prefix file: keeps ffmpeg from reading a name with a colon as a protocol, or one with a dash as an option.
        string[] arguments =
        [
            "-y", "-loglevel", "error",
            "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", $"{_image.Width}x{_image.Height}", "-r", $"{fps}", "-i", "-",
            "-c:v", "libx264", "-preset", "ultrafast", "-crf", "23", "-threads", "1",
            "-movflags", "+faststart", "-f", "mp4", $"file:{_file.Path}",
        ];
        // Ctrl-C signals all programs in the terminal's process group. setsid starts ffmpeg in a separate session, so
        // that it completes the videos of finished episodes; it ends when the pipe is closed.
        var start = Find("setsid") is { } setsid ? new ProcessStartInfo(setsid, [program, .. arguments]) : new ProcessStartInfo(program, arguments);
        start.RedirectStandardInput = true;
        start.RedirectStandardError = true;
        try
        {
            _process = Process.Start(start) ?? throw new FfmpegException("ffmpeg did not start");
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException)
        {
            _file.Dispose();
            throw new FfmpegException($"ffmpeg did not start ({EvalCoreException.Reason(e)})", e);
        }

        _input = _process.StandardInput.BaseStream;
        _errors = _process.StandardError.ReadToEndAsync();
        _watch = new Timer(_ => EndIfLate(), null, patience / 4, patience / 4);
    }

    /// <summary>The check that <c>evalcore doctor</c> makes: it writes a video of two frames.</summary>
    public static Check Check { get; } = new(
        "ffmpeg",
        () =>
        {
            string program = Find() ?? throw new EvalCoreException(
                "not installed: videos are written as animated PNG; for mp4: sudo apt-get install ffmpeg");
            return Probe(program, FramePatience) is { } failure
                ? throw new EvalCoreException(
                    $"{program} writes no mp4 ({failure}): videos are written as animated PNG; for mp4, install an ffmpeg with libx264: sudo apt-get install ffmpeg")
                : program;
        },
        Optional: true);

    /// <summary>The path of ffmpeg, found in <c>PATH</c>; null when it is not installed.</summary>
    public static string? Find() => Find("ffmpeg");

    /// <summary>Writes a video of two frames to a temporary file. Null when that succeeds, else the reason in one phrase.</summary>
    public static string? Probe(string program, TimeSpan patience)
    {
        const int Size = 64;
        try
        {
            string folder = Directory.CreateTempSubdirectory("evalcore-").FullName;
            try
            {
                using var encoder = new FfmpegEncoder(program, Path.Combine(folder, "probe.mp4"), Size, Size, fps: 10, patience);
                byte[] frame = new byte[Size * Size * 3];
                encoder.Add(frame);
                encoder.Add(frame);
                encoder.Finish();
                return null;
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            return EvalCoreException.Reason(e);
        }
    }

    private static string? Find(string program)
    {
        string[] names = OperatingSystem.IsWindows() ? [program + ".exe"] : [program];
        return (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => names.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);
    }

    /// <exception cref="FfmpegException">ffmpeg has ended, or takes no frame.</exception>
    public void Add(ReadOnlySpan<byte> frame)
    {
        _image.Convert(frame);
        Volatile.Write(ref _deadline, Environment.TickCount64 + (long)_patience.TotalMilliseconds);
        try
        {
            _input.Write(_image.Frame);
        }
        catch (IOException e)
        {
            // ffmpeg has ended and closed the pipe; its error output states the reason.
            throw Failed(e);
        }
        finally
        {
            Volatile.Write(ref _deadline, long.MaxValue);
        }
    }

    /// <exception cref="FfmpegException">ffmpeg failed, or does not end.</exception>
    public void Finish()
    {
        try
        {
            _input.Dispose();
        }
        catch (IOException e)
        {
            throw Failed(e);
        }

        if (!_process.WaitForExit(FinishPatienceFactor * _patience))
        {
            Kill();
            throw new FfmpegException($"ffmpeg does not end a video within {FinishPatienceFactor * _patience.TotalSeconds:0} s");
        }

        if (_process.ExitCode != 0)
            throw Failed(null);
        if (!VideoFile.IsWhole(_file.Path))
            throw new FfmpegException("ffmpeg ended without an error, but wrote no video");
        _file.Finish();
        _finished = true;
    }

    /// <summary>Ends ffmpeg and the processes it has started. A call that waits for it fails. Thread-safe.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException)
        {
            // The process has already ended.
        }
    }

    public void Dispose()
    {
        _watch.Dispose();
        if (!_finished)
        {
            Kill();
            _process.WaitForExit(_patience);
        }

        _process.Dispose();
        _file.Dispose();
    }

    private void EndIfLate()
    {
        if (Environment.TickCount64 < Volatile.Read(ref _deadline))
            return;
        _isLate = true;
        Kill();
    }

    private FfmpegException Failed(IOException? cause)
    {
        if (_isLate)
            return new FfmpegException($"ffmpeg takes no frame for {_patience.TotalSeconds:0.#} s", cause!);

        // A process that ffmpeg left behind may keep its error output open.
        bool hasEnded = _process.WaitForExit(1000);
        string errors = _errors.Wait(1000) ? _errors.Result.Trim().Split('\n')[0].Trim() : "";
        string reason = errors.Length > 0 ? errors : cause is null ? "it states no reason" : EvalCoreException.Reason(cause);
        return new FfmpegException(hasEnded ? $"ffmpeg ended with code {_process.ExitCode}: {reason}" : $"ffmpeg: {reason}", cause!);
    }
}
