using Benchmarks.Libero.Bddl;
using Benchmarks.Libero.Scenes;
using Benchmarks.Libero.Tasks;


namespace Benchmarks.Libero.Tests;

/// <summary>The manifests: a suite's part has the files that its tasks load, and no others.</summary>
public sealed class AssetManifestTests
{
    [Theory]
    [MemberData(nameof(EveryTaskTests.Suites), MemberType = typeof(EveryTaskTests))]
    public void A_suites_part_has_what_its_tasks_load(string suite)
    {
        Machine.NeedsFiles();
        HashSet<string> needed = [], robosuite = [];
        foreach (var task in Catalog.Select(suite, null))
        {
            var scene = SceneComposer.Compose(
                BddlReader.Read(LiberoFiles.Bddl(suite, task.Name)), LiberoFiles.Libero, LiberoFiles.Robosuite);
            needed.UnionWith([.. scene.LiberoFiles, task.BddlFile, task.InitStatesFile]);
            robosuite.UnionWith(scene.RobosuiteFiles);
        }

        Assert.Equal(needed.Order(StringComparer.Ordinal), LiberoAssets.Libero.Part(suite).Files.Select(file => file.Path).Order(StringComparer.Ordinal));
        Assert.Subset(LiberoAssets.Robosuite.Files.Select(file => file.Path).ToHashSet(), robosuite);
    }

    [Fact]
    public void Every_file_belongs_to_a_suite() =>
        Assert.All(LiberoAssets.Libero.Files, file => Assert.NotEmpty(file.Parts!));

    [Fact]
    public void An_evaluation_fetches_what_its_tasks_load() => Assert.Equal(
        ["libero_goal", "libero_10", "robosuite"],
        new LiberoConfig { Task = "turn_on_the_stove,libero_10" }.Assets.Select(set => set.Name));
}
