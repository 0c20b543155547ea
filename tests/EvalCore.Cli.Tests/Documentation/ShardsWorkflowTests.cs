using EvalCore.Evaluation;
using EvalCore.Results;
using YamlDotNet.RepresentationModel;

namespace EvalCore.Cli.Tests.Documentation;

/// <summary>The example of a matrix of GitHub Actions that plays shards: its commands play every shard once and merge them.</summary>
public sealed class ShardsWorkflowTests
{
    private const string Evalcore = "dotnet run --project src/EvalCore.Cli -c Release -- ";

    private static readonly YamlMappingNode Jobs = Load();

    [Fact]
    public void Each_shard_is_played_once()
    {
        var shards = ((YamlSequenceNode)Jobs["play"]["strategy"]["matrix"]["shard"]).Select(shard => ((YamlScalarNode)shard).Value!).ToList();
        var played = shards.Select(shard => EvalOptions.Read(Play(shard), BuiltInRegistry.All)).ToList();
        Assert.Equal(Enumerable.Range(0, shards.Count), played.Select(options => options.Shard.Index));
        Assert.All(played, options => Assert.Equal(shards.Count, options.Shard.Count));
        Assert.Equal(shards.Select(shard => $"outputs/run/{ShardFolders.Prefix}{shard}"), played.Select(options => options.OutputDir));
    }

    /// <summary>What a shard keeps is what the next job fetches, checks and merges.</summary>
    [Fact]
    public void The_shards_that_were_kept_are_merged()
    {
        var keep = With("play", "actions/upload-artifact@");
        var fetch = With("merge", "actions/download-artifact@");
        Assert.Equal(("shard-0", "outputs/run/shard-0"), (For("0", keep["name"]), For("0", keep["path"])));
        Assert.Equal(("shard-*", "outputs/run"), (Text(fetch["pattern"]), Text(fetch["path"])));
        Assert.Equal("play", Text(Jobs["merge"]["needs"]));
        Assert.Equal("always()", Text(Jobs["merge"]["if"]));
        Assert.Equal(
            ["shards outputs/run", "merge outputs/run/shard-0 outputs/run/shard-1 outputs/run/shard-2 outputs/run/shard-3 --output_dir=outputs/run", "report outputs/run"],
            Runs("merge").Select(run => run[Evalcore.Length..]));
    }

    [Fact]
    public async Task Each_command_exists()
    {
        Assert.True(Directory.Exists(Path.Combine(Goldens.Root, "src", "EvalCore.Cli")));
        foreach (string run in Runs("play").Concat(Runs("merge")))
        {
            Assert.StartsWith(Evalcore, run, StringComparison.Ordinal);
            using var line = new CommandLine();
            Assert.Equal(0, await line.Run(run[Evalcore.Length..].Split(' ')[0], "--help"));
        }
    }

    private static string[] Play(string shard) =>
        [.. For(shard, Runs("play").Single())[Evalcore.Length..].Split(' ').Skip(1).Select(word => word.Replace("=checkpoints/", $"={Goldens.Root}/checkpoints/", StringComparison.Ordinal))];

    private static string For(string shard, YamlNode text) => For(shard, Text(text));

    private static string For(string shard, string text) => text.Replace("${{ matrix.shard }}", shard, StringComparison.Ordinal);

    private static string Text(YamlNode node) => ((YamlScalarNode)node).Value!;

    private static IEnumerable<string> Runs(string job) =>
        Steps(job).Where(step => step.Children.ContainsKey("run")).Select(step => Text(step["run"]));

    private static YamlNode With(string job, string action) =>
        Steps(job).First(step => step.Children.TryGetValue("uses", out var uses) && Text(uses).StartsWith(action, StringComparison.Ordinal))["with"];

    private static IEnumerable<YamlMappingNode> Steps(string job) => ((YamlSequenceNode)Jobs[job]["steps"]).Cast<YamlMappingNode>();

    private static YamlMappingNode Load()
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(File.ReadAllText(Path.Combine(Goldens.Root, ".github", "workflows", "shards.yml"))));
        return (YamlMappingNode)yaml.Documents.Single().RootNode["jobs"];
    }
}
