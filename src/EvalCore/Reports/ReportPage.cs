using System.Security.Cryptography;
using System.Text;

namespace EvalCore.Reports;

/// <summary>The page: its head, its sections in their order, and its style and script.</summary>
internal static class ReportPage
{
    private static readonly string Style = Resource("report.css");
    private static readonly string Script = Resource("report.js");

    /// <summary>
    /// What the page may load: videos and images of its own folder and those beside it, and the one script whose hash is given. A
    /// name that contained a script would not run even if it were not escaped.
    /// </summary>
    private static string Policy =>
        $"default-src 'none'; style-src 'unsafe-inline'; img-src 'self' file: data:; media-src 'self' file:; base-uri 'none'; form-action 'none'; "
        + $"script-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Script)))}'";

    /// <summary>Writes the page.</summary>
    public static string Write(RunReport report, VideoLinks videos)
    {
        var html = new HtmlWriter();
        var identity = ReportIdentity.Of(report.Run.Info);
        html.Write($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="{Policy}">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="referrer" content="no-referrer">
            <link rel="icon" href="data:,">
            <title>{identity.Title}: {NumberText.Percent(report.Run.Info.Overall.PcSuccess / 100)}</title>
            <style>{new Html(Style)}</style>
            </head>
            <body>
            <main>

            """);
        OverviewSection.Write(html, report, identity);
        ComparisonSection.Write(html, report, videos);
        TasksSection.Write(html, report);
        EpisodesSection.Write(html, report, videos);
        RewardsSection.Write(html, report);
        TimeSection.Write(html, report);
        InputsSection.Write(html, report);
        ProvenanceSection.Write(html, report, identity);
        html.Write($"""
            </main>
            <script>{new Html(Script)}</script>
            </body>
            </html>

            """);
        return html.ToString();
    }

    private static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(ReportPage).Assembly.GetManifestResourceStream(typeof(ReportPage), name)!);
        return reader.ReadToEnd();
    }
}
