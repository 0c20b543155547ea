using System.Text.Json;
using System.Text.Json.Nodes;
using EvalCore.Assets;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Rollout;

namespace EvalCore.Tests.Results;

public sealed class ProvenanceTests
{
    [Fact]
    public void The_hash_of_a_suites_files_is_part_of_the_identity()
    {
        // Computed with sha256sum from the lines that sha256sum prints.
        const string Sha256 = "539e145941fe90e0f4b969a62b2d797798115de560a379db4bc85242225fe87e";
        var files = new AssetSet(
            "maps", "Maps 1.0", "MIT", new Uri("http://127.0.0.1:9/"),
            [new("x/one.xml", 1, new string('a', 64)), new("two.stl", 2, new string('b', 64))]);
        using var policy = new WalkPolicy(PolicyBatching.PerSession);

        Assert.Equal(Sha256, Identity(new WalkConfig { Files = files }).Assets["maps"]);
        Assert.Empty(Identity(new WalkConfig()).Assets);

        RunIdentity Identity(WalkConfig env)
        {
            using var benchmark = env.Open();
            return Provenance.Identity(env, benchmark, policy, new RolloutOptions());
        }
    }

    [Fact]
    public async Task The_hash_of_an_engines_library_is_recorded_but_no_part_of_the_identity()
    {
        var notes = new List<string>();
        using var policy = new WalkPolicy(PolicyBatching.PerSession);
        using var run = new EvalRun(
            new WalkConfig { Library = "abc", Notes = ["walk.so rounds differently"] }, policy,
            new RolloutOptions { Eval = new EvalConfig { NEpisodes = 1, NEpisodesToRender = 0 } }, notes.Add);
        var provenance = (await run.PlayAll()).Provenance!;
        Assert.Equal("""{"walk":"abc"}""", provenance["engine_libraries"]!.ToJsonString());
        Assert.Equal("""{"walk":"1.0"}""", provenance["engines"]!.ToJsonString());
        Assert.Equal(["walk.so rounds differently"], notes);
    }

    [Fact]
    public void An_identity_is_read_back_and_compared_part_by_part()
    {
        var identity = new RunIdentity(
            1000, new PolicyIdentity("act", new Dictionary<string, string> { ["torch"] = "2.10" }),
            new EnvIdentity("walk", new JsonObject { ["fps"] = 10 }), new Dictionary<string, string> { ["walk"] = "1.0" },
            new Dictionary<string, string> { ["maps"] = "539e" });
        Assert.Null(identity.Difference(RunIdentity.FromJson(identity.ToJson())));
        Assert.Equal(("seed", "1000 and 7"), identity.Difference(identity with { Seed = 7 }));
        Assert.Equal(
            ("env", "fps: 10 and 20"), identity.Difference(identity with { Env = new EnvIdentity("walk", new JsonObject { ["fps"] = 20 }) }));
        Assert.Equal(
            ("assets", "{\"maps\":\"539e\"} and none"), identity.Difference(identity with { Assets = new Dictionary<string, string>() }));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"seed": "1", "policy": {"type": "a"}, "env": {"type": "b"}, "engines": {}}""")]
    [InlineData("""{"seed": 1, "policy": {}, "env": {"type": "b"}, "engines": {}}""")]
    [InlineData("""{"seed": 1, "policy": {"type": "a", "x": null}, "env": {"type": "b"}, "engines": {}}""")]
    [InlineData("""{"seed": 1, "policy": [], "env": {"type": "b"}, "engines": {}}""")]
    public void A_damaged_identity_is_refused(string json) =>
        Assert.Throws<JsonException>(() => RunIdentity.FromJson(JsonNode.Parse(json)!.AsObject()));
}
