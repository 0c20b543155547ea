using System.Text.Json.Nodes;
using EvalCore.Statistics;

namespace EvalCore.Tests.Statistics;

/// <summary>Rows of the reference data of statistics: values of scipy and statsmodels.</summary>
internal static class ReferenceRows
{
    /// <summary>The rows of a file, for example <c>paired.json</c>.</summary>
    public static IReadOnlyList<JsonObject> Of(string file)
    {
        var rows = JsonNode.Parse(File.ReadAllText(Goldens.Find($"statistics/{file}")))!.AsArray();
        Assert.NotEmpty(rows);
        return [.. rows.Select(row => row!.AsObject())];
    }

    /// <summary>Compares with a number of a row, to 1e-9 of its size.</summary>
    public static void Near(JsonNode? expected, double actual) => Near((double)expected!, actual);

    /// <summary>Compares both bounds with a pair of numbers of a row.</summary>
    public static void Near(JsonNode? expected, Interval actual)
    {
        Near(expected![0], actual.Low);
        Near(expected[1], actual.High);
    }

    /// <summary>Compares two numbers, to 1e-9 of their size.</summary>
    public static void Near(double expected, double actual)
    {
        if (!(Math.Abs(expected - actual) <= 1e-9 * Math.Max(Math.Abs(expected), 1e-300)))
            Assert.Fail($"expected {expected:R}, got {actual:R}");
    }

    /// <summary>Compares two probabilities, to 1e-6.</summary>
    public static void NearProbability(JsonNode? expected, double actual) => NearProbability((double)expected!, actual);

    private static void NearProbability(double expected, double actual)
    {
        if (!(Math.Abs(expected - actual) <= 1e-6))
            Assert.Fail($"expected {expected:R}, got {actual:R}");
    }

    /// <summary>The outcomes in a string of 0 and 1.</summary>
    public static bool[] Outcomes(JsonNode? text) => [.. ((string)text!).Select(letter => letter == '1')];
}
