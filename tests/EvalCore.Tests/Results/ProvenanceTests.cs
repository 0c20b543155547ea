using System.Text.Json.Nodes;
using EvalCore.Assets;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Rollout;

namespace EvalCore.Tests.Results;

public sealed class ProvenanceTests
{
    [Fact]
    public void A_suites_files_are_part_of_what_a_result_is_of()
    {
        // As sha256sum computes it from the lines it prints itself.
        const string Sha256 = "539e145941fe90e0f4b969a62b2d797798115de560a379db4bc85242225fe87e";
        var files = new AssetSet(
            "maps", "Maps 1.0", "MIT", new Uri("http://127.0.0.1:9/"),
            [new("x/one.xml", 1, new string('a', 64)), new("two.stl", 2, new string('b', 64))]);
        using var policy = new WalkPolicy(PolicyBatching.PerSession);

        var identity = Provenance.Identity(new WalkConfig { Files = files }, policy, new EvalRunOptions());
        Assert.True(JsonNode.DeepEquals(new JsonObject { ["maps"] = Sha256 }, identity["assets"]));
        Assert.False(Provenance.Identity(new WalkConfig(), policy, new EvalRunOptions()).ContainsKey("assets"));
    }
}
