using EvalCore.Comparisons;
using EvalCore.Options;
using EvalCore.Recording;
using EvalCore.Results;

namespace EvalCore.Reports;

/// <summary>A run that a report shows: its result, and the folder under which its videos are.</summary>
/// <param name="Name">What the user called it.</param>
/// <param name="Info">The result.</param>
/// <param name="Folder">The folder of its <c>eval_info.json</c>.</param>
public sealed record ReportRun(string Name, EvalInfo Info, string Folder)
{
    /// <summary>The recorded steps of its episodes; null where they cannot be read.</summary>
    public RecordedSteps? Steps { get; init; }

    /// <summary>Loads a run.</summary>
    /// <param name="run">Its output folder, its file <c>eval_info.json</c>, which lerobot-eval may have written, or a baseline.</param>
    /// <param name="format">The format of recorded steps; null does not read them.</param>
    /// <exception cref="EvalCoreException">There is no run, or its file is damaged.</exception>
    public static ReportRun Load(string run, IStepFormat? format = null)
    {
        string path = HomeFolder.Expand(run);
        string folder = Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!;
        return Of(run, Baseline.Load(path), Path.GetFullPath(folder), format);
    }

    /// <summary>A run of which the result is known.</summary>
    /// <param name="name">What the user called it.</param>
    /// <param name="info">The result.</param>
    /// <param name="folder">The output folder.</param>
    /// <param name="format">The format of recorded steps; null does not read them.</param>
    public static ReportRun Of(string name, EvalInfo info, string folder, IStepFormat? format) =>
        new(name, info, folder) { Steps = format is null ? null : new RecordedSteps(folder, format) };
}
