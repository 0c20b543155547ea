using System.Globalization;
using EvalCore.Files;
using EvalCore.Plots;
using EvalCore.Results;
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
        var model = PlotStyle.NewModel();
        (model.Background, model.Padding) = (OxyColors.White, new OxyThickness(8, 8, 24, 8));
        (model.Title, model.TitleFontSize, model.TitleFontWeight, model.TitleColor) = (Heading(ranking), 14, FontWeights.Normal, PlotStyle.Ink);
        var rates = PlotStyle.NewLinearAxis(AxisPosition.Left, "success rate (%)");
        (rates.Minimum, rates.Maximum) = (0, 100);
        model.Axes.Add(rates);
        var steps = PlotStyle.NewLinearAxis(AxisPosition.Bottom, "training step");
        steps.LabelFormatter = Step;
        steps.MinimumPadding = steps.MaximumPadding = 0.04;
        model.Axes.Add(steps);

        var band = new AreaSeries { Color = OxyColors.Transparent, Fill = OxyColor.FromAColor(40, PlotStyle.Current) };
        var line = new LineSeries { Color = PlotStyle.Current, StrokeThickness = 2 };
        var worse = Points(MarkerType.Circle, OxyColors.White, 5);
        var equal = Points(MarkerType.Circle, PlotStyle.Current, 5);
        var best = Points(MarkerType.Circle, PlotStyle.Current, 8);
        foreach (var checkpoint in ranking.Ranked)
        {
            double x = checkpoint.Evaluated.Checkpoint.Step, y = checkpoint.Metrics.PcSuccess;
            var interval = checkpoint.Metrics.PcSuccessCi95;
            band.Points.Add(new DataPoint(x, interval.High));
            band.Points2.Add(new DataPoint(x, interval.Low));
            line.Points.Add(new DataPoint(x, y));
            (checkpoint.IsBest ? best : checkpoint.IsIndistinguishable ? equal : worse).Points.Add(new ScatterPoint(x, y));

            // One interval alone has no area.
            var whisker = new LineSeries { Color = OxyColor.FromAColor(130, PlotStyle.Current), StrokeThickness = 1.5 };
            whisker.Points.Add(new DataPoint(x, interval.Low));
            whisker.Points.Add(new DataPoint(x, interval.High));
            model.Series.Add(whisker);
        }

        model.Series.Insert(0, band);
        foreach (var series in (Series[])[line, worse, equal, best])
            model.Series.Add(series);
        return SvgPlot.Of(model, Width, Height, "The success rate over the training steps, with 95 % intervals");
    }

    private static string Heading(CheckpointRanking ranking)
    {
        if (ranking.Best is not { } best)
            return "no checkpoint has a result";
        string filled = ranking.Ranked.Count > 1 ? "; filled: cannot be told from it" : "";
        int fewest = ranking.Ranked.Min(checkpoint => checkpoint.Metrics.NEpisodes), most = ranking.Ranked.Max(checkpoint => checkpoint.Metrics.NEpisodes);
        string episodes = fewest == most ? EpisodeText.Count(most) : $"{fewest} to {EpisodeText.Count(most)}";
        return $"{episodes} each, 95 % intervals; best: step {best.Evaluated.Checkpoint.Step}{filled}";
    }

    private static ScatterSeries Points(MarkerType marker, OxyColor fill, double size) => new()
    {
        MarkerType = marker,
        MarkerFill = fill,
        MarkerStroke = PlotStyle.Current,
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
