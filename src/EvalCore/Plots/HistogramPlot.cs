using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace EvalCore.Plots;

/// <summary>How a number is distributed over episodes, failures below successes.</summary>
internal static class HistogramPlot
{
    private const double Width = 360;
    private const double Height = 190;
    private const int Bins = 24;

    /// <summary>Draws it; null where no value is finite.</summary>
    /// <param name="name">What the number is.</param>
    /// <param name="successes">The values of the episodes that succeeded.</param>
    /// <param name="failures">The values of those that failed.</param>
    /// <param name="baseline">The values of the baseline's episodes, as an outline scaled to the same number; empty for none.</param>
    public static string? Of(string name, IReadOnlyList<double> successes, IReadOnlyList<double> failures, IReadOnlyList<double> baseline)
    {
        double[] all = [.. successes.Concat(failures).Concat(baseline).Where(double.IsFinite)];
        if (all.Length == 0)
            return null;
        double low = all.Min(), high = all.Max();
        if (!double.IsFinite(high - low))
            return null;
        if (!(high - low > 1e-12 * Math.Max(1, Math.Abs(high))))
            (low, high) = (low - Math.Max(0.5, 1e-9 * Math.Abs(low)), high + Math.Max(0.5, 1e-9 * Math.Abs(high)));
        if (!double.IsFinite(high - low))
            return null;
        double width = (high - low) / Bins;
        double[] failed = Count(failures), succeeded = Count(successes);

        var model = PlotStyle.NewModel();
        model.PlotMargins = new OxyThickness(40, double.NaN, double.NaN, double.NaN);
        var values = PlotStyle.NewLinearAxis(AxisPosition.Bottom, name);
        (values.Minimum, values.Maximum) = (low, high);
        model.Axes.Add(values);
        var episodes = PlotStyle.NewLinearAxis(AxisPosition.Left, "");
        episodes.Minimum = 0;
        episodes.MinimumMajorStep = 1;
        model.Axes.Add(episodes);
        AddBars(PlotStyle.Failure, new double[Bins], failed);
        AddBars(PlotStyle.Success, failed, succeeded);
        if (baseline.Count > 0)
            AddOutline(Count(baseline), (double)(successes.Count + failures.Count) / baseline.Count);
        return SvgPlot.Themed(model, Width, Height, $"The distribution of {name} over the episodes");

        double[] Count(IReadOnlyList<double> values)
        {
            double[] counts = new double[Bins];
            foreach (double value in values.Where(double.IsFinite))
                counts[Math.Clamp((int)((value - low) / width), 0, Bins - 1)]++;
            return counts;
        }

        void AddBars(OxyColor colour, double[] below, double[] counts)
        {
            var bars = new RectangleBarSeries { FillColor = colour, StrokeThickness = 0 };
            for (int i = 0; i < Bins; i++)
            {
                if (counts[i] > 0)
                    bars.Items.Add(new RectangleBarItem(low + (i + 0.04) * width, below[i], low + (i + 0.96) * width, below[i] + counts[i]));
            }

            model.Series.Add(bars);
        }

        void AddOutline(double[] counts, double scale)
        {
            var outline = new LineSeries { Color = PlotStyle.Baseline, StrokeThickness = 2 };
            outline.Points.Add(new DataPoint(low, 0));
            for (int i = 0; i < Bins; i++)
            {
                outline.Points.Add(new DataPoint(low + i * width, scale * counts[i]));
                outline.Points.Add(new DataPoint(low + (i + 1) * width, scale * counts[i]));
            }

            outline.Points.Add(new DataPoint(high, 0));
            model.Series.Add(outline);
        }
    }
}
