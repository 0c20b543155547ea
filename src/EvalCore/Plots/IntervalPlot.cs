using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace EvalCore.Plots;

/// <summary>Rates, or differences of rates, with their intervals: a row for each task.</summary>
internal static class IntervalPlot
{
    /// <summary>The most rows that a plot is readable with.</summary>
    public const int MostRows = 150;

    private const double Width = 440;
    private const int LongestName = 24;

    /// <summary>Success rates from 0 to 100 %, those of a baseline above.</summary>
    public static string Rates(IReadOnlyList<IntervalRow> rows)
    {
        var model = NewModel(rows, out double height);
        var axis = PlotStyle.NewLinearAxis(AxisPosition.Bottom, "success rate, %");
        (axis.Minimum, axis.Maximum, axis.MajorStep) = (-1.5, 101.5, 20);
        model.Axes.Add(axis);
        bool isCompared = rows.Any(row => row.Baseline is not null);
        double offset = isCompared ? 0.17 : 0;
        if (isCompared)
        {
            AddIntervals(model, PlotStyle.Baseline, rows, row => row.BaselineInterval.Low, row => row.BaselineInterval.High, -offset);
            AddPoints(model, PlotStyle.Baseline, MarkerType.Diamond, rows, row => row.Baseline, -offset);
        }

        AddIntervals(model, PlotStyle.Current, rows, row => row.Interval.Low, row => row.Interval.High, offset);
        AddPoints(model, PlotStyle.Current, MarkerType.Circle, rows, row => row.Value, offset);
        return SvgPlot.Themed(model, Width, height, $"Success rates with 95 % intervals of {rows.Count} rows; the table of tasks has the numbers");
    }

    /// <summary>Differences in percentage points, with a line at 0 and one at the margin.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="margin">The smallest drop that counts, from 0 to 1.</param>
    public static string Differences(IReadOnlyList<IntervalRow> rows, double margin)
    {
        var model = NewModel(rows, out double height);
        var axis = PlotStyle.NewLinearAxis(AxisPosition.Bottom, "B − A, percentage points");
        double most = 100 * rows.Max(row => Math.Max(Math.Abs(row.Interval.Low), Math.Abs(row.Interval.High)));
        (axis.Minimum, axis.Maximum) = (-Math.Min(100, most + 5), Math.Min(100, most + 5));
        model.Axes.Add(axis);
        model.Annotations.Add(new LineAnnotation { Type = LineAnnotationType.Vertical, X = 0, Color = PlotStyle.Muted, LineStyle = LineStyle.Solid, StrokeThickness = 1 });
        model.Annotations.Add(new LineAnnotation { Type = LineAnnotationType.Vertical, X = -100 * margin, Color = PlotStyle.Failure, LineStyle = LineStyle.Dash, StrokeThickness = 1 });
        AddIntervals(model, PlotStyle.Current, rows, row => row.Interval.Low, row => row.Interval.High, 0);
        AddPoints(model, PlotStyle.Current, MarkerType.Circle, rows, row => row.Value, 0);
        return SvgPlot.Themed(model, Width, height, $"Differences of the success rates with 95 % intervals of {rows.Count} rows; the table below has the numbers");
    }

    private static PlotModel NewModel(IReadOnlyList<IntervalRow> rows, out double height)
    {
        var model = PlotStyle.NewModel();
        var names = new CategoryAxis
        {
            Position = AxisPosition.Left,
            StartPosition = 1,
            EndPosition = 0,
            TickStyle = TickStyle.None,
            AxislineStyle = LineStyle.None,
            TextColor = PlotStyle.Ink,
            MajorGridlineStyle = LineStyle.None,
            GapWidth = 0.4,
        };
        names.Labels.AddRange(rows.Select(row => Short(row.Name)));
        model.Axes.Add(names);
        model.PlotMargins = new OxyThickness(8 + SvgPlot.LetterWidth * names.Labels.Max(label => label.Length), double.NaN, double.NaN, double.NaN);
        height = 52 + rows.Count * (rows.Count <= 20 ? 24 : 16);
        return model;
    }

    private static void AddIntervals(
        PlotModel model, OxyColor colour, IReadOnlyList<IntervalRow> rows, Func<IntervalRow, double> low, Func<IntervalRow, double> high, double offset)
    {
        // One series with gaps: an interval is a line of two points.
        var lines = new LineSeries { Color = colour, StrokeThickness = 2 };
        for (int i = 0; i < rows.Count; i++)
        {
            lines.Points.Add(new DataPoint(100 * low(rows[i]), i + offset));
            lines.Points.Add(new DataPoint(100 * high(rows[i]), i + offset));
            lines.Points.Add(DataPoint.Undefined);
        }

        model.Series.Add(lines);
    }

    private static void AddPoints(PlotModel model, OxyColor colour, MarkerType marker, IReadOnlyList<IntervalRow> rows, Func<IntervalRow, double?> value, double offset)
    {
        var points = new ScatterSeries { MarkerType = marker, MarkerFill = colour, MarkerSize = rows.Count <= 20 ? 4 : 3, MarkerStrokeThickness = 0 };
        points.Points.AddRange(rows.Select((row, i) => new ScatterPoint(100 * (value(row) ?? double.NaN), i + offset)));
        model.Series.Add(points);
    }

    /// <summary>A name that fits: the middle of a long one is left out, since tasks of a suite begin alike and end differently.</summary>
    private static string Short(string name) => SvgPlot.Text(name.Length <= LongestName ? name : $"{name[..10]}…{name[^(LongestName - 11)..]}");
}
