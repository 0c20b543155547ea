using System.Globalization;

namespace EvalCore.Features;

/// <summary>
/// Compares the mean colour of a run's images with the statistics. It shows two cameras or two channels that are exchanged
/// where their statistics differ. Statistics per channel say nothing of where a colour is, so a flipped image cannot be seen.
/// </summary>
internal static class ImageNotes
{
    /// <summary>The difference of means, of 1, from which an exchange is considered: 10 of 255.</summary>
    private const double Shift = 0.04;

    /// <summary>How many times nearer the means must be when exchanged.</summary>
    private const double Nearer = 3;

    /// <summary>The standard deviations of pixels by which the mean of images may differ.</summary>
    private const double StandardDeviations = 1;

    /// <summary>The statistics of ImageNet, which many policies are given in place of their data's.</summary>
    private static readonly double[] ImageNet = [0.485, 0.456, 0.406];

    /// <summary>The notes, one line each.</summary>
    public static IEnumerable<string> Of(IReadOnlyDictionary<string, Feature> features, EpisodeDiagnostics seen)
    {
        var cameras = features
            .Where(feature => feature.Value.Kind == FeatureKind.Image)
            .Select(feature => Colours.Of(feature.Key, feature.Value, FeatureNotes.Counts(seen, feature.Key, feature.Value)))
            .OfType<Colours>().ToList();
        var explained = new HashSet<Colours>();
        for (int i = 0; i < cameras.Count; i++)
        {
            for (int k = i + 1; k < cameras.Count; k++)
            {
                double own = Math.Max(cameras[i].DistanceTo(cameras[i]), cameras[k].DistanceTo(cameras[k]));
                double crossed = Math.Max(cameras[i].DistanceTo(cameras[k]), cameras[k].DistanceTo(cameras[i]));
                if (own < Shift || crossed * Nearer > own)
                    continue;
                explained.UnionWith([cameras[i], cameras[k]]);
                yield return $"{cameras[i].Name} and {cameras[k].Name}: over all images each is unlike its statistics, and like the other's "
                    + $"({cameras[i]}; {cameras[k]}); likely two cameras that are swapped (--rename_map, or the order of cameras)";
            }
        }

        foreach (var camera in cameras.Where(camera => !explained.Contains(camera)))
        {
            double own = camera.DistanceTo(camera);
            if (own >= Shift && camera.Reversed.DistanceTo(camera) * Nearer <= own)
                yield return $"{camera.Name}: over all images red and blue are exchanged ({camera}); likely BGR for RGB, in the data or in the environment";
            else if (own >= Shift && camera.DistanceInStd > StandardDeviations)
            {
                string cause = camera.Expected.Max() > 1.5
                    ? "the statistics are of images from 0 to 255, the policy reads them from 0 to 1: likely wrong normalisation"
                    : "likely another camera, light or background, statistics of another data set, or a name that --rename_map does not give";
                yield return string.Create(
                    CultureInfo.InvariantCulture, $"{camera.Name}: the mean of all images is {camera.DistanceInStd:0.0} standard deviations from the statistics' ({camera}); {cause}");
            }
        }
    }

    /// <summary>The mean colour of a camera's images, and the statistics': red, green, blue from 0 to 1.</summary>
    private sealed record Colours(string Name, double[] Seen, double[] Expected, double DistanceInStd)
    {
        public Colours Reversed => this with { Seen = [.. Seen.Reverse()] };

        /// <summary>Null where the statistics lack the mean or are ImageNet's, or where most images are of one colour.</summary>
        public static Colours? Of(string name, Feature feature, FeatureCounts? counts)
        {
            double?[] mean = [.. Enumerable.Range(0, feature.Components).Select(i => feature.Statistics?.MeanOf(i))];
            if (counts is null || mean.Contains(null) || 2 * counts.Constant > counts.Observations || IsImageNet(mean))
                return null;
            double[] seen = [.. Enumerable.Range(0, feature.Components).Select(i => counts.MeanOf(i) / 255)];
            double inStd = Enumerable.Range(0, feature.Components).Max(i => feature.Statistics!.StdOf(i) is > 0 and var std ? Math.Abs(seen[i] - mean[i]!.Value) / std : 0);
            return new Colours(name, seen, [.. mean.Select(value => value!.Value)], inStd);
        }

        /// <summary>The largest difference, over the channels, between what is seen and what another camera's statistics say.</summary>
        public double DistanceTo(Colours other) => Seen.Zip(other.Expected, (seen, expected) => Math.Abs(seen - expected)).Max();

        public override string ToString() => $"mean colour {Text(Seen)}, statistics {Text(Expected)}";

        private static bool IsImageNet(double?[] mean) => mean.Zip(ImageNet, (value, known) => Math.Abs(value!.Value - known) < 1e-3).All(same => same);

        private static string Text(double[] colour) => string.Join(' ', colour.Select(value => value.ToString("0.00", CultureInfo.InvariantCulture)));
    }
}
