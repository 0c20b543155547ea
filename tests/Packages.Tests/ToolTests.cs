using System.Text.RegularExpressions;
using EvalCore.Results;

namespace Packages.Tests;

/// <summary>The command <c>evalcore</c> as a tool of <c>dotnet</c>.</summary>
public sealed partial class ToolTests(PackageFeed feed)
{
    [Fact]
    public async Task The_tool_can_be_installed_and_evaluates_a_policy()
    {
        if (!LongRun.Is)
            Assert.Skip("the package of the tool contains libtorch; EVALCORE_LONG=1 packs and installs it");

        await feed.Pack("Tool");
        string folder = feed.NewFolder("tool");
        // The command of the page, with the packages of these tests and a folder of their own.
        string page = await File.ReadAllTextAsync(Path.Combine(Goldens.Root, "docs/installation.md"));
        string[] words = Install().Match(page).Groups[1].Value.Replace("--global", "--tool-path .", StringComparison.Ordinal)
            .Replace("artifacts/package/release", feed.Folder, StringComparison.Ordinal).Split(' ');
        await DotnetProcess.Run("dotnet", [.. words, "--version", feed.Version], folder, feed.Variables);

        string evalcore = Path.Combine(folder, "evalcore");
        Assert.Contains("ready to evaluate", await DotnetProcess.Run(evalcore, ["doctor"], folder), StringComparison.Ordinal);
        string results = Path.Combine(folder, "results");
        await DotnetProcess.Run(
            evalcore,
            [
                $"--policy.path={Goldens.Checkpoint("pusht_act_keypoints")}", "--policy.device=cpu", "--env.type=pusht",
                "--env.obs_type=environment_state_agent_pos", "--eval.n_episodes=2", "--eval.n_episodes_to_render=0", $"--output_dir={results}",
            ],
            folder);
        Assert.Equal(2, EvalInfo.Load(Path.Combine(results, EvalInfo.FileName)).Overall.NEpisodes);
    }

    [GeneratedRegex("^dotnet (tool install .*)$", RegexOptions.Multiline)]
    private static partial Regex Install();
}
