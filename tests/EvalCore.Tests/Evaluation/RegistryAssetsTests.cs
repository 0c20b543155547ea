using EvalCore.Assets;
using EvalCore.Diagnostics;
using EvalCore.Evaluation;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Rollout;
using EvalCore.Tests.Options;

namespace EvalCore.Tests.Evaluation;

/// <summary>Suites with several sets of files, one of them in parts.</summary>
public sealed class RegistryAssetsTests
{
    private static readonly AssetSet Scenes = Set("scenes", new AssetFile("base", 1, "0"), new AssetFile("a", 2, "1", ["indoors"]), new AssetFile("b", 4, "2", ["outdoors"]));
    private static readonly AssetSet Robots = Set("robots", new AssetFile("arm", 8, "3"));

    private readonly Registry _registry = new Registry().Add(new ToySuite()).Add(new WalkSuite(() => new WalkConfig { Sets = [Scenes.Part("indoors"), Robots] })
    {
        Checks = [new Check("engine", () => "") { Fetch = () => "" }],
    });

    [Theory]
    [InlineData("walk", "scenes, robots")]
    [InlineData("scenes", "scenes")]
    [InlineData("robots", "robots")]
    [InlineData("outdoors", "outdoors, robots")]
    [InlineData("toy", null)]
    [InlineData("nothing", null)]
    public void A_name_stands_for_what_its_tasks_need(string name, string? sets) =>
        Assert.Equal(sets, _registry.AssetsNamed(name) is { } named ? string.Join(", ", named.Select(set => set.Name)) : null);

    [Fact]
    public void Sets_are_listed_whole_and_known_by_their_parts()
    {
        Assert.Equal([Scenes, Robots], _registry.Assets);
        Assert.Equal(["walk", "scenes", "indoors", "outdoors", "robots"], _registry.AssetNames);
    }

    [Fact]
    public void The_engines_of_a_part_are_those_of_its_suite()
    {
        Assert.Single(_registry.Fetchable([Scenes.Part("outdoors")]));
        Assert.Empty(_registry.Fetchable([Set("other")]));
    }

    [Fact]
    public void Only_an_engine_that_is_missing_is_fetched_before_an_evaluation()
    {
        bool isMissing = true;
        var registry = new Registry().Add(new WalkSuite
        {
            Checks = [new Check("engine", () => "") { Fetch = () => "", IsMissing = () => isMissing }, new Check("other", () => "") { Fetch = () => "" }],
        });
        Assert.Equal(["engine"], registry.MissingEngines("walk").Select(check => check.Name));
        isMissing = false;
        Assert.Empty(registry.MissingEngines("walk"));
    }

    [Fact]
    public async Task Results_of_tasks_that_read_different_parts_can_be_merged()
    {
        string folder = Directory.CreateTempSubdirectory("evalcore-").FullName;
        try
        {
            await Play("left", Scenes.Part("indoors"), Path.Combine(folder, "a"));
            await Play("runs/fast", Scenes.Part("outdoors"), Path.Combine(folder, "b"));
            var merged = Merge.Folders([Path.Combine(folder, "a"), Path.Combine(folder, "b")]);
            Assert.Equal(["robots", "scenes"], merged.Provenance!["assets"]!.AsObject().Select(entry => entry.Key).Order());
            Assert.Equal(Scenes.Sha256, (string?)merged.Provenance["assets"]!["scenes"]);
            Assert.Equal(["walks", "runs"], merged.PerGroup.Keys);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task Play(string task, AssetSet part, string folder)
    {
        using var policy = new WalkPolicy(PolicyBatching.PerSession);
        using var run = new EvalRun(new WalkConfig { Task = task, Sets = [part, Robots] }, policy, new RolloutOptions
        {
            Eval = new EvalConfig { NEpisodes = 1, NEpisodesToRender = 0 },
            OutputDir = folder,
        });
        await run.PlayAll();
    }

    private static AssetSet Set(string name, params AssetFile[] files) => new(name, name, "MIT", new Uri("http://127.0.0.1:9/"), files);
}
