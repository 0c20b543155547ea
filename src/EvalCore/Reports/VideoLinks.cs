using EvalCore.Results;

namespace EvalCore.Reports;

/// <summary>Finds the videos of episodes, and names them relative to the page.</summary>
/// <param name="pageFolder">The folder of the page.</param>
internal sealed class VideoLinks(string pageFolder)
{
    private static readonly string[] Extensions = [".mp4", ".webm", ".png"];

    private readonly string _pageFolder = Path.GetFullPath(pageFolder);

    /// <summary>The URL of an episode's video, relative to the page; null where it has none, or the file is gone.</summary>
    public string? UrlOf(ReportRun run, EpisodeRecord episode)
    {
        if (episode.VideoPath is not { } path || !Extensions.Contains(Path.GetExtension(path)))
            return null;
        if (Places(run, path).FirstOrDefault(File.Exists) is not { } file)
            return null;
        string relative = Path.GetRelativePath(_pageFolder, file);
        return string.Join('/', relative.Split(Path.DirectorySeparatorChar).Select(Uri.EscapeDataString));
    }

    /// <summary>
    /// Where a video may be: under the run's folder; where the file says, which is relative to the folder in which lerobot-eval or
    /// a merge ran; or under the run's folder after both were moved.
    /// </summary>
    private static IEnumerable<string> Places(ReportRun run, string path)
    {
        yield return Path.Combine(run.Folder, path);
        yield return Path.GetFullPath(path);
        int videos = path.LastIndexOf("videos/", StringComparison.Ordinal);
        if (videos > 0)
            yield return Path.Combine(run.Folder, path[videos..]);
    }
}
