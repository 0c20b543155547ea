using EvalCore.Statistics;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace EvalCore.Plots;

/// <summary>The reward over the steps: the median, and a band with 80 % of the rewards, of the episodes that are not over.</summary>
internal static class RewardPlot
{
    private const double Width = 440;
    private const double Height = 200;

    /// <summary>The most steps at which the rewards are read.</summary>
    private const int MostSteps = 200;

    /// <summary>Draws it.</summary>
    /// <param name="successes">The rewards of the steps, of each episode that succeeded.</param>
    /// <param name="failures">Those of each episode that failed.</param>
    public static string Of(IReadOnlyList<double[]> successes, IReadOnlyList<double[]> failures) =>
        SvgPlot.Themed(Model(successes, failures), Width, Height, "The median reward over the steps of the episodes that succeeded and of those that failed");

    /// <summary>The plot before it is drawn. Steps count from 1, as in recorded steps.</summary>
    /// <inheritdoc cref="Of"/>
    internal static PlotModel Model(IReadOnlyList<double[]> successes, IReadOnlyList<double[]> failures)
    {
        var model = PlotStyle.NewModel();
        model.PlotMargins = new OxyThickness(52, double.NaN, double.NaN, double.NaN);
        model.Axes.Add(PlotStyle.NewLinearAxis(AxisPosition.Bottom, "step"));
        model.Axes.Add(PlotStyle.NewLinearAxis(AxisPosition.Left, ""));
        Add(PlotStyle.Failure, failures);
        Add(PlotStyle.Success, successes);
        return model;

        void Add(OxyColor colour, IReadOnlyList<double[]> episodes)
        {
            if (episodes.Count == 0)
                return;
            var band = new AreaSeries { Color = OxyColors.Transparent, Color2 = OxyColors.Transparent, Fill = OxyColor.FromAColor(50, colour), StrokeThickness = 0 };
            var median = new LineSeries { Color = colour, StrokeThickness = 2 };
            int steps = episodes.Max(episode => episode.Length);
            double[] values = new double[episodes.Count];
            int stride = (steps + MostSteps - 1) / MostSteps;
            for (int step = 0; step < steps; step += stride)
            {
                int count = 0;
                foreach (var episode in episodes)
                {
                    if (step < episode.Length && double.IsFinite(episode[step]))
                        values[count++] = episode[step];
                }

                if (count == 0)
                    continue;
                var rewards = values.AsSpan(0, count);
                rewards.Sort();
                median.Points.Add(new DataPoint(step + 1, SampleQuantile.Of(rewards, 0.5)));
                band.Points.Add(new DataPoint(step + 1, SampleQuantile.Of(rewards, 0.1)));
                band.Points2.Add(new DataPoint(step + 1, SampleQuantile.Of(rewards, 0.9)));
            }

            model.Series.Add(band);
            model.Series.Add(median);
        }
    }
}
