using System.Globalization;
using EvalCore.Files;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace EvalCore.Training;

/// <summary>The plot of the success rate over training steps, with 95 % intervals, as SVG.</summary>
public static class SuccessPlot
{
    /// <summary>The file's name in the output folder.</summary>
    public const string FileName = "checkpoints.svg";

    private const double Width = 800, Height = 400;
    private const string Font = "system-ui, sans-serif";

    private static readonly OxyColor Ink = OxyColor.FromRgb(31, 35, 40);
    private static readonly OxyColor Muted = OxyColor.FromRgb(89, 99, 110);
    private static readonly OxyColor Grid = OxyColor.FromRgb(222, 227, 232);
    private static readonly OxyColor Line = OxyColor.FromRgb(9, 105, 218);

    /// <summary>Writes the plot.</summary>
    /// <exception cref="EvalCoreException">The file cannot be written.</exception>
    public static void Save(string path, CheckpointRanking ranking) => WholeFile.Write(path, Of(ranking));

    /// <summary>
    /// Draws the plot: a line through the success rates with their Wilson intervals; checkpoints that cannot be told from the best one
    /// are filled, others are open, the best one is larger.
    /// </summary>
    public static string Of(CheckpointRanking ranking)
    {
        ArgumentNullException.ThrowIfNull(ranking);
        var model = new PlotModel
        {
            DefaultFont = Font,
            DefaultFontSize = 13,
            TextColor = Muted,
            Title = Heading(ranking),
            TitleFontSize = 14,
            TitleFontWeight = FontWeights.Normal,
            TitleColor = Ink,
            Padding = new OxyThickness(8, 8, 24, 8),
            Background = OxyColors.White,
            PlotAreaBorderThickness = new OxyThickness(0),
        };
        model.Axes.Add(Axis(AxisPosition.Left, "success rate (%)"));
        model.Axes[0].Minimum = 0;
        model.Axes[0].Maximum = 100;
        var steps = Axis(AxisPosition.Bottom, "training step");
        steps.LabelFormatter = Step;
        steps.MinimumPadding = steps.MaximumPadding = 0.04;
        model.Axes.Add(steps);

        var band = new AreaSeries { Color = OxyColors.Transparent, Fill = OxyColor.FromAColor(40, Line) };
        var line = new LineSeries { Color = Line, StrokeThickness = 2 };
        var worse = Points(MarkerType.Circle, OxyColors.White, 5);
        var equal = Points(MarkerType.Circle, Line, 5);
        var best = Points(MarkerType.Circle, Line, 8);
        foreach (var checkpoint in ranking.Ranked)
        {
            double x = checkpoint.Evaluated.Checkpoint.Step, y = checkpoint.Metrics.PcSuccess;
            var interval = checkpoint.Metrics.PcSuccessCi95;
            band.Points.Add(new DataPoint(x, interval.High));
            band.Points2.Add(new DataPoint(x, interval.Low));
            line.Points.Add(new DataPoint(x, y));
            (checkpoint.IsBest ? best : checkpoint.IsIndistinguishable ? equal : worse).Points.Add(new ScatterPoint(x, y));

            // One interval alone has no area.
            var whisker = new LineSeries { Color = OxyColor.FromAColor(130, Line), StrokeThickness = 1.5 };
            whisker.Points.Add(new DataPoint(x, interval.Low));
            whisker.Points.Add(new DataPoint(x, interval.High));
            model.Series.Add(whisker);
        }

        model.Series.Insert(0, band);
        foreach (var series in (Series[])[line, worse, equal, best])
            model.Series.Add(series);
        using var stream = new MemoryStream();
        new SvgExporter { Width = Width, Height = Height, UseVerticalTextAlignmentWorkaround = true }.Export(model, stream);
        stream.Position = 0;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static string Heading(CheckpointRanking ranking)
    {
        if (ranking.Best is not { } best)
            return "no checkpoint has a result";
        string filled = ranking.Ranked.Count > 1 ? "; filled: cannot be told from it" : "";
        return string.Create(
            CultureInfo.InvariantCulture, $"{best.Metrics.NEpisodes} episodes each, 95 % intervals; best: step {best.Evaluated.Checkpoint.Step}{filled}");
    }

    private static LinearAxis Axis(AxisPosition position, string title) => new()
    {
        Position = position,
        Title = title,
        TitleColor = Ink,
        AxisTitleDistance = 10,
        TickStyle = TickStyle.None,
        MajorGridlineStyle = LineStyle.Solid,
        MajorGridlineColor = Grid,
    };

    private static ScatterSeries Points(MarkerType marker, OxyColor fill, double size) => new()
    {
        MarkerType = marker,
        MarkerFill = fill,
        MarkerStroke = Line,
        MarkerStrokeThickness = 2,
        MarkerSize = size,
    };

    private static string Step(double step) => step switch
    {
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{step / 1e6:0.###} M"),
        >= 1000 => string.Create(CultureInfo.InvariantCulture, $"{step / 1e3:0.###} k"),
        _ => step.ToString("0.###", CultureInfo.InvariantCulture),
    };
}
