using EvalCore.Results;

namespace EvalCore.Cli.Tests.Evaluation;

/// <summary>Kills the program at random moments and resumes the run.</summary>
public sealed class ResumeTests : IDisposable
{
    /// <summary>Enough episodes for ten kills before the end on any machine.</summary>
    private const int NEpisodes = 300;

    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_run_killed_and_resumed_ten_times_gives_the_same_episodes()
    {
        string folder = Path.Combine(_folder, "run");
        string[] first =
        [
            $"--policy.path={Goldens.Checkpoint("pusht_act_keypoints")}", "--env.type=pusht", "--policy.device=cpu",
            "--env.obs_type=environment_state_agent_pos", $"--eval.n_episodes={NEpisodes}", "--eval.batch_size=4",
            "--eval.n_episodes_to_render=3", $"--output_dir={folder}",
        ];
        var random = new Random(20260131);
        int begun = 0;
        int kills = 0;
        while (kills < 10)
        {
            using var program = EvalcoreProcess.Start(begun == 0 ? first : ["eval", $"--resume={folder}"]);

            // Killed after some further episodes are recorded and a random delay, so that the kill may interrupt any
            // work.
            int target = begun + random.Next(1, 5);
            while (!program.HasExited && Recorded(folder) < target)
                await Task.Delay(1);
            await Task.Delay(random.Next(0, 20));
            Assert.False(program.HasExited, $"the run was over before kill {kills + 1}");
            program.Kill();
            await program.WaitForExitAsync();
            kills++;
            begun = Recorded(folder);
        }

        using (var last = EvalcoreProcess.Start(["eval", $"--resume={folder}"]))
        {
            await last.WaitForExitAsync();
            Assert.Equal(0, last.ExitCode);
        }

        var whole = await PushTEvaluation.Run("pusht_act_keypoints", NEpisodes);
        var resumed = EvalInfo.Load(Path.Combine(folder, EvalInfo.FileName));
        Assert.Equal(PushTEvaluation.PerEpisode(whole), PushTEvaluation.PerEpisode(resumed));
        Assert.Equal(3, resumed.Episodes.Count(episode => episode.VideoPath is not null));
    }

    private static int Recorded(string folder)
    {
        string journal = Path.Combine(folder, Journal.FileName);
        if (!File.Exists(journal))
            return 0;

        // The run holds the file open for writing, so reading needs FileShare.ReadWrite.
        using var reader = new StreamReader(new FileStream(journal, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return Math.Max(0, reader.ReadToEnd().Count(c => c == '\n') - 1);
    }
}
