using System.Reflection.PortableExecutable;
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

        // The commands of the page, with folders of these tests' own: other tests run from those of the build.
        string folder = feed.NewFolder("tool");
        string artifacts = feed.NewFolder("artifacts");
        string page = await File.ReadAllTextAsync(Path.Combine(Goldens.Root, "docs/installation.md"));
        await DotnetProcess.Run("dotnet", [.. Words(Pack(), page), $"-p:ArtifactsPath={artifacts}", $"-p:Version={feed.Version}", "-p:RunAnalyzers=false"], Goldens.Root);
        string install = page.Replace("--global", "--tool-path .", StringComparison.Ordinal).Replace("artifacts/package", $"{artifacts}/package", StringComparison.Ordinal);
        await DotnetProcess.Run("dotnet", [.. Words(Install(), install), "--version", feed.Version], folder, feed.Variables);
        Assert.True(IsReadyToRun(Directory.GetFiles(folder, "EvalCore.Torch.dll", SearchOption.AllDirectories).Single()));

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

    private static string[] Words(Regex command, string page) => command.Match(page).Groups[1].Value.Split(' ');

    /// <summary>Whether an assembly has compiled code beside its IL.</summary>
    private static bool IsReadyToRun(string assembly)
    {
        using var reader = new PEReader(File.OpenRead(assembly));
        return reader.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size > 0;
    }

    [GeneratedRegex("^dotnet (pack .*)$", RegexOptions.Multiline)]
    private static partial Regex Pack();

    [GeneratedRegex("^dotnet (tool install .*)$", RegexOptions.Multiline)]
    private static partial Regex Install();
}
