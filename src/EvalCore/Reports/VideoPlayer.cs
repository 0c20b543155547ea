using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using EvalCore.Results;

namespace EvalCore.Reports;

/// <summary>The elements that play videos.</summary>
internal static class VideoPlayer
{
    /// <summary>The most videos whose first frames are loaded with the page.</summary>
    public const int MostLoaded = 16;

    /// <summary>A player of a video that is a file beside the page.</summary>
    /// <param name="url">The video, relative to the page.</param>
    /// <param name="startS">Where it begins, in seconds.</param>
    /// <param name="label">What it shows.</param>
    /// <param name="isLoaded">Whether its first frame is loaded with the page.</param>
    public static Html Of(string url, double startS, string label, bool isLoaded)
    {
        var html = new HtmlWriter();
        if (url.EndsWith(".png", StringComparison.Ordinal))
        {
            html.Write($"<img src=\"{url}\" alt=\"{label}\" loading=\"lazy\">");
        }
        else
        {
            string start = startS > 0 ? string.Create(CultureInfo.InvariantCulture, $"#t={startS:0.###}") : "";
            html.Write($"<video src=\"{url}{start}\" aria-label=\"{label}\" controls muted playsinline preload=\"{(isLoaded ? "metadata" : "none")}\"></video>");
        }

        return new Html(html.ToString());
    }

    /// <summary>The frame rate of a suite's videos; infinity where the file does not record it, so that videos begin at 0.</summary>
    public static double FramesPerSecond(EvalInfo info, string? suite)
    {
        foreach (var part in Merge.Parts(info.Provenance))
        {
            if (part["env"] is JsonObject env && Merge.Text(env["type"]) == suite && env["fps"] is JsonValue fps && fps.GetValueKind() == JsonValueKind.Number)
            {
                // In a run that was not read from a file it is an int, which cannot be read as a double.
                double value = double.Parse(fps.ToJsonString(), CultureInfo.InvariantCulture);
                if (value > 0)
                    return value;
            }
        }

        return double.PositiveInfinity;
    }
}
