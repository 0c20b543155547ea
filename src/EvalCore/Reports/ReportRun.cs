using EvalCore.Comparisons;
using EvalCore.Options;
using EvalCore.Results;

namespace EvalCore.Reports;

/// <summary>A run that a report shows: its result, and the folder under which its videos are.</summary>
/// <param name="Name">What the user called it.</param>
/// <param name="Info">The result.</param>
/// <param name="Folder">The folder of its <c>eval_info.json</c>.</param>
public sealed record ReportRun(string Name, EvalInfo Info, string Folder)
{
    /// <summary>Loads a run.</summary>
    /// <param name="run">Its output folder, its file <c>eval_info.json</c>, which lerobot-eval may have written, or a baseline.</param>
    /// <exception cref="EvalCoreException">There is no run, or its file is damaged.</exception>
    public static ReportRun Load(string run)
    {
        string path = HomeFolder.Expand(run);
        string folder = Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!;
        return new ReportRun(run, Baseline.Load(path), Path.GetFullPath(folder));
    }
}
