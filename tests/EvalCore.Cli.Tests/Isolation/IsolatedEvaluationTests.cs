using System.Globalization;
using Benchmarks.MetaWorld.Tests;
using EvalCore.Results;

namespace EvalCore.Cli.Tests.Isolation;

/// <summary><c>--eval.isolation=process</c> with the program itself and its suites.</summary>
public sealed class IsolatedEvaluationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task PushT_is_played_as_in_one_process()
    {
        string[] flags =
        [
            $"--policy.path={Goldens.Checkpoint("pusht_act_keypoints")}", "--policy.device=cpu", "--env.type=pusht", "--env.obs_type=environment_state_agent_pos",
            "--eval.n_episodes=4", "--eval.batch_size=1", "--eval.n_episodes_to_render=1", "--eval.record=steps",
        ];
        await AssertSame(flags);
        Assert.Equal(await Steps("none"), await Steps("process"));
    }

    [Fact]
    public async Task MetaWorld_is_played_as_in_one_process()
    {
        Machine.NeedsImages();
        await AssertSame(["--policy.type=expert", "--env.type=metaworld", "--env.task=reach-v3", "--eval.n_episodes=2", "--eval.batch_size=2", "--eval.n_episodes_to_render=1"]);
    }

    [Fact]
    public async Task The_processes_of_environments_end_with_a_run_that_is_killed()
    {
        using var run = EvalcoreProcess.Start(
        [
            $"--policy.path={Goldens.Checkpoint("pusht_act_keypoints")}", "--policy.device=cpu", "--env.type=pusht", "--env.obs_type=environment_state_agent_pos",
            "--eval.n_episodes=100000", "--eval.batch_size=2", "--eval.n_episodes_to_render=0", "--eval.isolation=process", $"--output_dir={In("run")}",
        ]);
        List<int> children = [];
        for (int i = 0; i < 600 && (children = Children(run.Id)).Count < 2; i++)
            await Task.Delay(100);
        Assert.Equal(2, children.Count);
        run.Kill();
        await run.WaitForExitAsync();
        for (int i = 0; i < 300 && children.Any(IsAlive); i++)
            await Task.Delay(100);
        Assert.DoesNotContain(children, IsAlive);
    }

    private async Task<string> Steps(string folder)
    {
        var (code, output, error) = await EvalcoreProcess.Run(["query", "select * from steps order by all", In(folder), "--format=csv"]);
        Assert.True(code == 0, error);
        return output.Replace(In(folder), "", StringComparison.Ordinal);
    }

    private string In(params string[] path) => Path.Combine([_folder, .. path]);

    private async Task AssertSame(string[] flags)
    {
        foreach (string isolation in (string[])["none", "process"])
        {
            var (code, output, error) = await EvalcoreProcess.Run([.. flags, $"--eval.isolation={isolation}", $"--output_dir={In(isolation)}"]);
            Assert.True(code == 0, output + error);
        }

        var (none, process) = (EvalInfo.Load(In("none", EvalInfo.FileName)), EvalInfo.Load(In("process", EvalInfo.FileName)));
        Assert.Equal(none.Episodes.Select(Result), process.Episodes.Select(Result));
        Assert.Empty(process.Errors);
        Assert.Equal("process", (string?)process.Provenance!["options"]!["eval"]!["isolation"]);
        Assert.Null(RunIdentity.FromJson(none.Provenance!).Difference(RunIdentity.FromJson(process.Provenance!)));
        foreach (var episode in none.Episodes.Where(episode => episode.VideoPath is not null))
            Assert.Equal(File.ReadAllBytes(In("none", episode.VideoPath!)), File.ReadAllBytes(In("process", episode.VideoPath!)));

        static EpisodeRecord Result(EpisodeRecord episode) => episode with { Timings = null };
    }

    private static List<int> Children(int parent) =>
    [
        .. Directory.GetDirectories("/proc").Select(path => int.TryParse(Path.GetFileName(path), out int process) ? process : 0)
            .Where(process => process > 0 && Stat(process) is { } stat && stat.Parent == parent),
    ];

    private static bool IsAlive(int process) => Stat(process) is { State: not "Z" };

    private static (string State, int Parent)? Stat(int process)
    {
        try
        {
            string text = File.ReadAllText($"/proc/{process}/stat");
            string[] fields = text[(text.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return (fields[0], int.Parse(fields[1], CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
