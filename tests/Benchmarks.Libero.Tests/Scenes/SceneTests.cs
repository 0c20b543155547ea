using System.Text.Json;
using Benchmarks.Libero.Scenes;
using EvalCore.Tests;

namespace Benchmarks.Libero.Tests.Scenes;

/// <summary>What a scene knows besides its model, for all 130 tasks.</summary>
public sealed class SceneTests
{
    public SceneTests() => Machine.NeedsFiles();

    [Theory]
    [MemberData(nameof(EveryTaskTests.Suites), MemberType = typeof(EveryTaskTests))]
    public void Instances_and_regions_equal_the_recorded_ones(string suite)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Goldens.Find($"libero/models/{suite}.json")));
        foreach (var task in GoldenTask.Of(suite))
        {
            var recorded = json.RootElement.GetProperty("tasks").GetProperty($"{task.TaskId}");
            var scene = task.Compose();
            Assert.Equal(
                Strings(recorded.GetProperty("objects")).Concat(Strings(recorded.GetProperty("fixtures"))),
                scene.Instances.Select(instance => instance.Name));
            Assert.Equal(
                Strings(recorded.GetProperty("fixtures")),
                scene.Instances.Where(instance => instance.IsFixture).Select(instance => instance.Name));
            foreach (var instance in scene.Instances)
            {
                Assert.Equal(Strings(recorded.GetProperty("contact_geoms").GetProperty(instance.Name)), instance.ContactGeoms);
                Assert.Equal(
                    recorded.GetProperty("object_offsets").GetProperty(instance.Name).EnumerateArray().Select(value => value.GetDouble()),
                    [instance.Bottom, instance.Top, instance.Radius]);
            }

            CompareRegions(scene, recorded.GetProperty("sites_regions"));
        }
    }

    [Fact]
    public void The_files_of_all_scenes_are_those_that_the_mirror_has()
    {
        var scenes = GoldenTask.All.Select(task => task.Compose()).ToList();
        var libero = scenes.SelectMany(scene => scene.LiberoFiles).ToHashSet();
        var robosuite = scenes.SelectMany(scene => scene.RobosuiteFiles).ToHashSet();
        Assert.Equal(Files(LiberoFiles.Libero, "assets"), libero.Order(StringComparer.Ordinal));
        Assert.Equal(
            Files(LiberoFiles.Robosuite, "").Where(file => file is not ("LICENSE" or "MANIFEST.json")),
            robosuite.Order(StringComparer.Ordinal));

        static IEnumerable<string> Files(string root, string folder) => Directory
            .EnumerateFiles(Path.Combine(root, folder), "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(root, path).Replace(Path.DirectorySeparatorChar, '/'))
            .Order(StringComparer.Ordinal);
    }

    private static void CompareRegions(Scene scene, JsonElement recorded)
    {
        // Zones of the workspace are recorded too, without a parent; the scene's workspace tells them apart.
        var withParent = recorded.EnumerateObject().Where(region => region.Value.GetProperty("parent").ValueKind == JsonValueKind.String).ToList();
        Assert.Equal(withParent.Select(region => region.Name).Order(), scene.Regions.Keys.Order());
        Assert.Equal(
            recorded.EnumerateObject().Select(region => region.Name).Except(scene.Regions.Keys).Order(),
            scene.Problem.Regions.Where(scene.Workspace.Contains).Select(region => region.Key).Order());
        foreach (var region in withParent)
        {
            var own = scene.Regions[region.Name];
            Assert.Equal(region.Value.GetProperty("parent").GetString(), own.Parent);
            Assert.Equal(Strings(region.Value.GetProperty("joints")), own.Joints);
            Assert.Equal(region.Value.GetProperty("size").EnumerateArray().Select(value => value.GetDouble()), own.Size);
        }
    }

    private static IEnumerable<string> Strings(JsonElement list) => list.EnumerateArray().Select(item => item.GetString()!);
}
