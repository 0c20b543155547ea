using System.Globalization;
using EvalCore.Files;
using EvalCore.Plots;
using EvalCore.Statistics.Intervals;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace EvalCore.History;

/// <summary>A history as SVG: above, the success rates with their 95 % intervals; below, the times on a logarithmic axis.</summary>
public static class HistoryPlot
{
    private const double Width = 960;
    private const double Height = 640;
    private const string Rates = "rates";
    private const string Times = "times";

    // Okabe and Ito's palette, which people with colour blindness tell apart.
    private static readonly OxyColor[] Colours =
    [
        OxyColor.FromRgb(0, 114, 178), OxyColor.FromRgb(213, 94, 0), OxyColor.FromRgb(0, 158, 115), OxyColor.FromRgb(204, 121, 167), OxyColor.FromRgb(230, 159, 0),
        OxyColor.FromRgb(86, 180, 233),
    ];

    /// <summary>Writes the plot.</summary>
    /// <param name="path">The file.</param>
    /// <param name="entries">The entries, in the order of time.</param>
    /// <exception cref="EvalCoreException">The file cannot be written.</exception>
    public static void Save(string path, IReadOnlyList<HistoryEntry> entries) => WholeFile.Write(path, Of(entries));

    /// <summary>Draws entries, which are in the order of time.</summary>
    public static string Of(IReadOnlyList<HistoryEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        bool hasRuns = entries.Any(entry => entry.Kind == HistoryKind.Run);
        var model = PlotStyle.NewModel();
        (model.Background, model.PlotMargins) = (OxyColors.White, new OxyThickness(90, double.NaN, double.NaN, double.NaN));
        model.Legends.Add(new Legend { LegendPlacement = LegendPlacement.Outside, LegendPosition = LegendPosition.BottomCenter, LegendOrientation = LegendOrientation.Horizontal });
        model.Axes.Add(new LinearAxis
        {
            Position = AxisPosition.Bottom, Minimum = -0.5, Maximum = entries.Count - 0.5, MinimumMajorStep = 1, MinimumMinorStep = 1, Title = entries.All(entry => entry.Commit.Length == 0) ? "date" : "commit", AxislineStyle = LineStyle.Solid,
            LabelFormatter = x => x >= 0 && x < entries.Count && Math.Abs(x - Math.Round(x)) < 1e-9 ? Label(entries[(int)Math.Round(x)]) : "",
        });
        if (hasRuns)
            model.Axes.Add(NewAxis(new LinearAxis { Minimum = -3, Maximum = 103, MajorStep = 20 }, Rates, "success rate, %", 0.54, 1));
        model.Axes.Add(NewAxis(new LogarithmicAxis { MinimumPadding = 0.1, MaximumPadding = 0.1 }, Times, "time, s", 0, hasRuns ? 0.46 : 1));
        int colour = 0;
        foreach (var group in entries.Select((entry, x) => (Entry: entry, X: x)).GroupBy(point => point.Entry.Title))
            Add(model, Wide(SvgPlot.Text(group.Key)), [.. group], Colours[colour++ % Colours.Length]);
        return SvgPlot.Of(model, Width, Height, "Success rates and times over commits");
    }

    private static void Add(PlotModel model, string name, IReadOnlyList<(HistoryEntry Entry, int X)> points, OxyColor colour)
    {
        var times = new LineSeries { YAxisKey = Times, Color = colour, MarkerType = MarkerType.Circle, MarkerFill = colour, MarkerSize = 3 };
        times.Points.AddRange(points.Where(point => point.Entry.Kind == HistoryKind.Benchmark || point.Entry.Episodes > 0).Select(point => new DataPoint(point.X, point.Entry.Seconds)));
        if (points[0].Entry.Kind == HistoryKind.Run)
        {
            var intervals = new AreaSeries { YAxisKey = Rates, Color = OxyColors.Transparent, Color2 = OxyColors.Transparent, Fill = OxyColor.FromAColor(50, colour) };
            var rates = new LineSeries { YAxisKey = Rates, Title = name, Color = colour, MarkerType = MarkerType.Circle, MarkerFill = colour, MarkerSize = 3 };
            foreach (var (entry, x) in points.Where(point => point.Entry.Episodes > 0))
            {
                var interval = WilsonInterval.Of(entry.Successes, entry.Episodes);

                // One interval alone has no area.
                var whisker = new LineSeries { YAxisKey = Rates, Color = OxyColor.FromAColor(130, colour), StrokeThickness = 1 };
                whisker.Points.Add(new DataPoint(x, 100 * interval.Low));
                whisker.Points.Add(new DataPoint(x, 100 * interval.High));
                model.Series.Add(whisker);
                intervals.Points.Add(new DataPoint(x, 100 * interval.Low));
                intervals.Points2.Add(new DataPoint(x, 100 * interval.High));
                rates.Points.Add(new DataPoint(x, 100.0 * entry.Successes / entry.Episodes));
            }

            model.Series.Add(intervals);
            model.Series.Add(rates);
        }
        else
        {
            times.Title = name;
        }

        model.Series.Add(times);
    }

    private static Axis NewAxis(Axis axis, string key, string title, double start, double end)
    {
        (axis.Position, axis.Key, axis.Title, axis.StartPosition, axis.EndPosition) = (AxisPosition.Left, key, title, start, end);
        (axis.AxislineStyle, axis.MajorGridlineStyle, axis.MajorGridlineColor) = (LineStyle.Solid, LineStyle.Solid, PlotStyle.Grid);
        axis.AxisTitleDistance = 20;
        return axis;
    }

    /// <summary>A text whose place is wide enough where a browser has a wider font than the one it is measured with.</summary>
    private static string Wide(string text) => text + new string('\u00a0', 2 + text.Length);

    private static string Label(HistoryEntry entry) => entry.Commit.Length > 0 ? entry.ShortCommit : entry.FinishedAt.ToLocalTime().ToString("MM-dd", CultureInfo.InvariantCulture);
}
