using System.Diagnostics;
using EvalCore.Results;

namespace EvalCore.Cli.Tests.Gates;

/// <summary>The gates' test program as <c>dotnet test</c> starts it.</summary>
public sealed class GateProgramTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_gate_passes_where_the_thresholds_hold()
    {
        var (code, output) = await Run("pusht_act_keypoints", "Suite=pusht");
        Assert.True(code == 0, output);
        Assert.Contains("succeeded: 52", output, StringComparison.Ordinal);

        string merged = Assert.Single(Directory.GetFiles(_folder, EvalInfo.FileName, SearchOption.AllDirectories),
            file => Path.GetFileName(Path.GetDirectoryName(file)) != "pusht");
        Assert.Equal(50, EvalInfo.Load(merged).Overall.NEpisodes);
    }

    [Fact]
    public async Task The_gate_fails_where_a_policy_has_become_worse()
    {
        var (code, output) = await Run("pusht_act_keypoints_early", "Suite=pusht");
        Assert.Equal(2, code);
        Assert.Contains("pusht: the success rate is 42.0 % over 50 episodes, below the threshold of 70.0 %", output, StringComparison.Ordinal);
        Assert.Contains("failed: 2", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_episodes_that_the_filter_selects_are_played()
    {
        var (code, output) = await Run("pusht_act_keypoints", "DisplayName~episode 3,");
        Assert.True(code == 0, output);
        Assert.Contains("succeeded: 1", output, StringComparison.Ordinal);
        string merged = Directory.GetFiles(_folder, EvalInfo.FileName, SearchOption.AllDirectories)[0];
        Assert.Equal(3, Assert.Single(EvalInfo.Load(merged).Episodes).EpisodeIndex);
    }

    [Fact]
    public async Task A_filter_for_an_unknown_suite_fails_with_one_line()
    {
        var (code, output) = await Run("pusht_act_keypoints", "Suite=nonsense");
        Assert.NotEqual(0, code);
        Assert.Equal("Suite=nonsense: unknown suite (known: metaworld, pusht)", output.Trim());
    }

    [Fact]
    public async Task A_filter_for_a_suite_without_a_policy_fails_and_names_the_parameter()
    {
        var (code, output) = await Run("", "Suite=pusht");
        Assert.NotEqual(0, code);
        Assert.StartsWith("Suite=pusht: no policy is configured; add <Parameter name=\"pusht.policy.path\"", output.Trim(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_filter_for_an_unknown_task_fails()
    {
        var (code, _) = await Run("pusht_act_keypoints", "Task=nonsense");
        Assert.Equal(8, code);
    }

    [Fact]
    public async Task A_filter_for_tests_of_another_project_passes()
    {
        var (code, _) = await Run("pusht_act_keypoints", "FullyQualifiedName~SomeOtherTests");
        Assert.Equal(0, code);
    }

    [Fact]
    public async Task Without_a_configured_policy_the_tests_pass()
    {
        var (code, output) = await Run("", filter: null);
        Assert.True(code == 0, output);
        Assert.Contains("failed: 0", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_that_does_not_fit_fails_each_case_and_not_the_cleanup()
    {
        var (code, output) = await Run("pusht_act_keypoints", "Suite=pusht", ("EVALCORE_PUSHT_ENV_OBS_TYPE", "pixels"), ("EVALCORE_PUSHT_EVAL_N_EPISODES", "2"));
        Assert.Equal(2, code);
        Assert.Contains("failed: 4", output, StringComparison.Ordinal);
        Assert.Contains("give --env.obs_type=environment_state_agent_pos", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Cleanup", output, StringComparison.Ordinal);
    }

    private async Task<(int Code, string Output)> Run(string checkpoint, string? filter, params (string Name, string Value)[] variables)
    {
        string here = AppContext.BaseDirectory.TrimEnd('/');
        string program = Path.Combine(
            Path.GetDirectoryName(Path.GetDirectoryName(here))!, "Benchmarks.Gates", Path.GetFileName(here), "Benchmarks.Gates");
        var start = new ProcessStartInfo(program, [.. filter is null ? [] : (string[])["--filter", filter], "--no-ansi", "--no-progress", "--results-directory", _folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["EVALCORE_PUSHT_POLICY_PATH"] = checkpoint.Length == 0 ? "" : Goldens.Checkpoint(checkpoint);
        start.Environment["EVALCORE_OUTPUT_DIR"] = _folder;
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        string[] output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Concat(output));
    }
}
