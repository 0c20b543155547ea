using System.Text.RegularExpressions;
using Benchmarks.PushT;
using EvalCore.Evaluation;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Rollout;
using EvalCore.Torch;

namespace EvalCore.Cli.Tests.Documentation;

/// <summary>The example of <c>docs/api.md</c> is the method below, which is compiled and run.</summary>
public sealed partial class ApiPageTests
{
    [Fact]
    public async Task The_example_evaluates_a_policy()
    {
        // The example names the checkpoint as seen from the root of the repository.
        Directory.SetCurrentDirectory(Goldens.Root);
        var info = await Example();
        Assert.Equal(10, info.Overall.NEpisodes);
        Assert.InRange(info.Overall.PcSuccess, 10, 100);
    }

    [Fact]
    public void The_page_shows_the_code_that_is_run()
    {
        string source = File.ReadAllText(Path.Combine(Goldens.Root, "tests/EvalCore.Cli.Tests/Documentation/ApiPageTests.cs"));
        string page = File.ReadAllText(Path.Combine(Goldens.Root, "docs/api.md"));
        string code = Unindent(Code().Match(source).Groups[1].Value);
        Assert.Equal(code, Block().Match(page).Groups[1].Value.Trim());
    }

    private static async Task<EvalInfo> Example()
    {
        // <example>
        var env = new PushTConfig { ObsType = "environment_state_agent_pos" };
        using var policy = Eval.MakePolicy(
            new LeRobotPolicies(), "checkpoints/pusht_act_keypoints", env, config => config.Device = DeviceName.Cpu);

        var options = new RolloutOptions { Eval = new EvalConfig { NEpisodes = 10 } };
        EvalInfo info = await Eval.EvalPolicy(env, policy, options);

        Console.WriteLine($"{info.Overall.PcSuccess} % of {info.Overall.NEpisodes} episodes");
        foreach (var episode in info.Episodes)
            Console.WriteLine($"seed {episode.Seed}: {(episode.Success ? "success" : "failure")} after {episode.Steps} steps");
        // </example>
        return info;
    }

    private static string Unindent(string code) =>
        string.Join('\n', code.Trim('\n').Split('\n').Select(line => line.Length >= 8 ? line[8..] : line)).Trim();

    [GeneratedRegex(@"// <example>\n(.*?)\n *// </example>", RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
