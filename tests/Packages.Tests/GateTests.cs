using System.Text.RegularExpressions;

namespace Packages.Tests;

/// <summary>A test project with gates that has the packages and no code: the one that <c>docs/gates.md</c> shows.</summary>
public sealed partial class GateTests(PackageFeed feed)
{
    [Fact]
    public async Task A_test_project_without_code_gates_a_policy()
    {
        string folder = feed.NewFolder("gates");
        string page = await File.ReadAllTextAsync(Path.Combine(Goldens.Root, "docs/gates.md"));
        string project = ProjectFile().Match(page).Groups[1].Value.Replace("Version=\"0.1.0\"", $"Version=\"{feed.Version}\"", StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(folder, "my-gates.csproj"), project);
        await File.WriteAllTextAsync(Path.Combine(folder, "global.json"), GlobalJson().Match(page).Groups[1].Value);
        await File.WriteAllTextAsync(Path.Combine(folder, "runsettings.xml"), $"""
            <RunSettings>
              <TestRunParameters>
                <Parameter name="pusht.policy.path" value="{Goldens.Checkpoint("pusht_act_keypoints")}" />
                <Parameter name="pusht.policy.device" value="cpu" />
                <Parameter name="pusht.env.obs_type" value="environment_state_agent_pos" />
                <Parameter name="pusht.eval.n_episodes" value="3" />
                <Parameter name="pusht.eval.n_episodes_to_render" value="0" />
                <Parameter name="pusht.min_success" value="0" />
              </TestRunParameters>
            </RunSettings>
            """);

        string output = await DotnetProcess.Run("dotnet", ["test", "--filter", "Suite=pusht"], folder, feed.Variables);
        Assert.Contains("succeeded: 5", output, StringComparison.Ordinal);
    }

    [GeneratedRegex("```xml\n(<Project.*?)```", RegexOptions.Singleline)]
    private static partial Regex ProjectFile();

    [GeneratedRegex("```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex GlobalJson();
}
