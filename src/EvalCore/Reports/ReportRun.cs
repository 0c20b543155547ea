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
    /// <param name="run">Its output folder, or its file <c>eval_info.json</c>, which lerobot-eval may have written.</param>
    /// <exception cref="EvalCoreException">There is no run, or its file is damaged.</exception>
    public static ReportRun Load(string run)
    {
        string path = HomeFolder.Expand(run);
        string file = Directory.Exists(path) || !Path.Exists(path) ? Path.Combine(path, EvalInfo.FileName) : path;
        return new ReportRun(run, EvalInfo.Load(file), Path.GetDirectoryName(Path.GetFullPath(file))!);
    }
}
