using OxyPlot;
using OxyPlot.Axes;

namespace EvalCore.Plots;

/// <summary>The colours and axes of plots. A page replaces each colour by its CSS variable, so that a dark page has its own.</summary>
internal static class PlotStyle
{
    /// <summary>Text.</summary>
    public static OxyColor Ink { get; } = OxyColor.FromRgb(31, 35, 40);

    /// <summary>Text of less weight: the numbers of axes.</summary>
    public static OxyColor Muted { get; } = OxyColor.FromRgb(89, 99, 110);

    /// <summary>Grid lines.</summary>
    public static OxyColor Grid { get; } = OxyColor.FromRgb(222, 227, 232);

    /// <summary>Episodes that succeeded.</summary>
    public static OxyColor Success { get; } = OxyColor.FromRgb(13, 125, 115);

    /// <summary>Episodes that failed.</summary>
    public static OxyColor Failure { get; } = OxyColor.FromRgb(200, 80, 10);

    /// <summary>The run that is shown.</summary>
    public static OxyColor Current { get; } = OxyColor.FromRgb(9, 105, 218);

    /// <summary>The run that it is compared with.</summary>
    public static OxyColor Baseline { get; } = OxyColor.FromRgb(125, 110, 150);

    /// <summary>The colours with the CSS variables of a page.</summary>
    public static IReadOnlyList<(OxyColor Colour, string Variable)> Variables { get; } =
    [
        (Ink, "--ink"), (Muted, "--muted"), (Grid, "--grid"), (Success, "--success"), (Failure, "--failure"), (Current, "--current"), (Baseline, "--baseline"),
    ];

    /// <summary>An empty plot: no border, no background.</summary>
    public static PlotModel NewModel() => new()
    {
        DefaultFont = SvgPlot.Font,
        DefaultFontSize = 12,
        TextColor = Muted,
        PlotAreaBorderThickness = new OxyThickness(0),
        Padding = new OxyThickness(2, 6, 10, 2),
    };

    /// <summary>An axis of numbers with grid lines and without ticks.</summary>
    /// <param name="position">The side of the plot.</param>
    /// <param name="title">What the numbers are, with their unit; empty for none.</param>
    public static LinearAxis NewLinearAxis(AxisPosition position, string title) => new()
    {
        Position = position,
        Title = title.Length == 0 ? null : title,
        TitleColor = Ink,
        TitleFontWeight = FontWeights.Normal,
        AxisTitleDistance = 8,
        TicklineColor = Grid,
        TickStyle = TickStyle.None,
        MajorGridlineStyle = LineStyle.Solid,
        MajorGridlineColor = Grid,
        MajorGridlineThickness = 1,
        MinimumPadding = 0,
        MaximumPadding = 0,
    };
}
