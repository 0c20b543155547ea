using System.Globalization;
using System.IO.Compression;
using System.Xml.Linq;
using EvalCore.Tests;

namespace Benchmarks.Libero.Tests.Scenes;

/// <summary>The composed MJCF of 12 tasks: the same tree, the same attributes, numbers equal bit for bit.</summary>
public sealed class MjcfTests
{
    public static TheoryData<string> Scenes =>
    [
        "libero_spatial_0", "libero_spatial_6", "libero_object_0", "libero_object_5", "libero_goal_0", "libero_goal_5",
        "libero_10_3", "libero_10_5", "libero_10_9", "libero_90_20", "libero_90_40", "libero_90_60",
    ];

    public MjcfTests() => Machine.NeedsFiles();

    [Theory, MemberData(nameof(Scenes))]
    public void The_composed_tree_equals_the_recorded_one(string name)
    {
        int last = name.LastIndexOf('_');
        var task = GoldenTask.Of(name[..last])[int.Parse(name[(last + 1)..], CultureInfo.InvariantCulture)];
        using var file = File.OpenRead(Goldens.Find($"libero/xml/{name}.xml.gz"));
        using var xml = new GZipStream(file, CompressionMode.Decompress);
        string scene = task.Compose().Mjcf
            .Replace($"{LiberoFiles.Libero}/", "libero/", StringComparison.Ordinal)
            .Replace($"{LiberoFiles.Robosuite}/", "robosuite/", StringComparison.Ordinal);
        Assert.Equal(Lines(XElement.Load(xml)), Lines(XElement.Parse(scene)));
    }

    /// <summary>An element and what is in it, a line each, with its depth and its attributes in alphabetical order.</summary>
    private static IEnumerable<string> Lines(XElement root) =>
        root.DescendantsAndSelf().Where(element => element.HasAttributes || element.HasElements).Select(element =>
        {
            var attributes = element.Attributes()
                .OrderBy(attribute => attribute.Name.LocalName, StringComparer.Ordinal)
                .Select(attribute => $"{attribute.Name}={Value(attribute)}");
            return $"{new string(' ', element.Ancestors().Count())}{element.Name} {string.Join(' ', attributes)}";
        });

    /// <summary>Numbers in one notation, paths without <c>..</c>.</summary>
    private static string Value(XAttribute attribute)
    {
        if (attribute.Name == "file")
            return Path.GetRelativePath("/", Path.GetFullPath(attribute.Value, "/"));
        string[] words = attribute.Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return string.Join(' ', words.Select(word =>
            double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? $"{number + 0.0:R}" : word));
    }
}
