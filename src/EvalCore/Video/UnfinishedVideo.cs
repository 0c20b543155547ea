using EvalCore.Files;

namespace EvalCore.Video;

/// <summary>
/// The file into which a video is written before it is whole. A run and <c>evalcore video</c> may make the same video at the same
/// time: each has a file of its own, and the last one that is whole stays. What a killed process left is overwritten.
/// </summary>
internal sealed class UnfinishedVideo : IDisposable
{
    /// <summary>The most processes that may make the same video at the same time.</summary>
    private const int Most = 64;

    private readonly string _video;
    private readonly FileStream _lock;
    private bool _finished;
    private bool _disposed;

    /// <summary>Chooses a file that no other process writes.</summary>
    /// <param name="video">The video's file.</param>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public UnfinishedVideo(string video) => (_video, Path, _lock) = Claim(video);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Gives the file the video's name, in place of a video that has it.</summary>
    public void Finish()
    {
        File.Move(Path, _video, overwrite: true);
        _finished = true;
    }

    /// <summary>Deletes a file that is not finished.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        try
        {
            if (!_finished)
                File.Delete(Path);
        }
        finally
        {
            FileLock.Release(_lock, Disk.Local);
        }
    }

    private static (string Video, string Path, FileStream Lock) Claim(string video)
    {
        for (int number = 0; ; number++)
        {
            string path = number == 0 ? $"{video}.part" : $"{video}.{number}.part";
            string name = $"{path}.lock";
            try
            {
                return (video, path, FileLock.Take(name, Disk.Local));
            }
            catch (IOException) when (number < Most && File.Exists(name))
            {
                // Another process has it.
            }
        }
    }
}
