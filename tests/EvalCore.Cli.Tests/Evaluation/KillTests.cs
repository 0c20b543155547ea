using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EvalCore.Results;

namespace EvalCore.Cli.Tests.Evaluation;

/// <summary>
/// Kills the program (<c>kill -9</c>) at random moments, over all suites, and resumes it until the run is finished. The result is that of
/// an undisturbed run, times apart. <see cref="ResumeTests"/> kills a few times in the default run of the tests.
/// </summary>
public sealed partial class KillTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Of each run at most this many starts are killed, so that it ends.</summary>
    private const int MostInARow = 12;

    [Theory]
    [InlineData("point", 100, 1)]
    [InlineData("pusht", 60, 2)]
    [InlineData("pusht with recorded steps", 20, 3)]
    [InlineData("metaworld", 16, 4)]
    [InlineData("libero", 4, 5)]
    public async Task Runs_that_are_killed_at_random_moments_and_resumed_equal_an_undisturbed_one(string suite, int kills, int seed)
    {
        Assert.SkipUnless(LongRun.Is, "takes a minute; EVALCORE_LONG=1");
        string[] flags = Flags(suite);
        string program = suite == "point" ? Built("PointGoal") : Built("EvalCore.Cli");
        var random = new Random(seed);
        string whole = Path.Combine(_folder, "whole");
        long started = Stopwatch.GetTimestamp();
        Assert.Equal(0, await Wait(program, [.. flags, $"--output_dir={whole}"]));
        var duration = Stopwatch.GetElapsedTime(started);
        string expected = Result(whole);

        int killed = 0, runs = 0, resumes = 0, longest = 0;
        while (killed < kills)
        {
            string folder = Path.Combine(_folder, $"run{runs++}");
            int inARow = 0;
            IReadOnlyList<string> finished = [];
            while (true)
            {
                bool isBegun = Journal.HasRun(folder);
                resumes += isBegun ? 1 : 0;
                using var process = Start(program, isBegun ? ["eval", $"--resume={folder}"] : [.. flags, $"--output_dir={folder}"]);
                var draining = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
                bool ends = inARow >= MostInARow || killed >= kills;
                if (!ends)
                {
                    // From the first moment of the process to its last, and more often while it plays than while it starts.
                    await Task.WhenAny(process.WaitForExitAsync(), Task.Delay(duration * (0.2 + (0.8 * random.NextDouble()))));
                    if (!process.HasExited)
                        process.Kill();
                }

                await process.WaitForExitAsync();
                string[] texts = await draining;
                IReadOnlyList<string> now = Journal.HasRun(folder) ? Lines(folder) : [];
                Assert.True(finished.All(now.Contains), "a finished episode was lost");
                finished = now;
                if (process.ExitCode == 137)
                {
                    killed++;
                    longest = Math.Max(longest, ++inARow);
                    continue;
                }

                Assert.True(process.ExitCode == 0, texts[1]);
                break;
            }

            Assert.Equal(expected, Result(folder));
            Assert.DoesNotContain(Directory.GetFiles(folder, "*", SearchOption.AllDirectories), file => Path.GetExtension(file) is ".part" or ".lock" or ".log");
            Directory.Delete(folder, recursive: true);
        }

        output.WriteLine($"{suite}: {killed} kills in {runs} runs, {resumes} resumes, up to {longest} kills in a row; undisturbed {duration.TotalSeconds:0.0} s");
    }

    /// <summary>
    /// A limit on the length of files is a disk that is full at a certain byte of each file, for a whole process: one line says so,
    /// and the resume has room again.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(40)]
    public async Task A_run_whose_disk_is_full_says_so_in_one_line_and_is_resumed(int blocks)
    {
        Assert.SkipUnless(LongRun.Is, "starts processes; EVALCORE_LONG=1");
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs a limit on the length of files");
        string[] flags = Flags("pusht");
        string whole = Path.Combine(_folder, "whole"), folder = Path.Combine(_folder, "run");
        string program = Built("EvalCore.Cli");
        Assert.Equal(0, await Wait(program, [.. flags, $"--output_dir={whole}"]));

        var start = new ProcessStartInfo("bash", ["-c", $"trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"", program, .. flags, $"--output_dir={folder}"])
        {
            RedirectStandardError = true, RedirectStandardOutput = true,
            Environment = { ["DOTNET_EnableWriteXorExecute"] = "0", ["DOTNET_EnableDiagnostics"] = "0" },
        };
        using (var full = Process.Start(start)!)
        {
            var draining = full.StandardOutput.ReadToEndAsync();
            string error = await full.StandardError.ReadToEndAsync();
            await draining;
            await full.WaitForExitAsync();
            Assert.True(full.ExitCode is 1 or 2, error);
            Assert.Single(error.Split('\n'), line => line.StartsWith("error: ", StringComparison.Ordinal));
            Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        }

        Assert.Equal(0, await Wait(program, Journal.HasRun(folder) ? ["eval", $"--resume={folder}"] : [.. flags, $"--output_dir={folder}"]));
        Assert.Equal(Result(whole), Result(folder));
    }

    private string[] Flags(string suite) => suite switch
    {
        "point" => ["--env.type=point", "--policy.type=noisy_plan", "--eval.n_episodes=40", "--eval.batch_size=2", "--eval.n_episodes_to_render=0", "--report=false"],
        "metaworld" => MetaWorld(),
        "libero" => Libero(),
        _ =>
        [
            $"--policy.path={Goldens.Checkpoint("pusht_act_keypoints")}", "--env.type=pusht", "--policy.device=cpu", "--env.obs_type=environment_state_agent_pos",
            "--eval.n_episodes=40", "--eval.batch_size=2", "--eval.n_episodes_to_render=2", "--report=false", .. suite == "pusht" ? Array.Empty<string>() : ["--eval.record=steps"],
        ],
    };

    private static string[] MetaWorld()
    {
        Benchmarks.MetaWorld.Tests.Machine.NeedsMetaWorld();
        return
        [
            "--policy.type=expert", "--env.type=metaworld", "--env.task=reach-v3,drawer-close-v3", "--eval.n_episodes=4", "--eval.batch_size=2",
            "--eval.n_episodes_to_render=0", "--report=false",
        ];
    }

    private string[] Libero()
    {
        string checkpoint = Path.Combine(_folder, "checkpoint");
        Directory.CreateDirectory(checkpoint);
        XVlaLiberoTests.MakeCheckpoint(checkpoint);
        return
        [
            $"--policy.path={checkpoint}", "--policy.device=cpu", "--env.type=libero", "--env.task=libero_spatial", "--env.task_ids=[0]",
            "--env.control_mode=absolute", "--env.observation_height=64", "--env.observation_width=64", "--env.episode_length=7",
            "--eval.n_episodes=3", "--eval.batch_size=1", "--eval.n_episodes_to_render=0", "--report=false",
        ];
    }

    /// <summary>The program of a project, as this build has made it.</summary>
    private static string Built(string project)
    {
        string here = AppContext.BaseDirectory.TrimEnd('/');
        return project == "EvalCore.Cli" ? Path.Combine(here, project) : Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(here))!, project, Path.GetFileName(here), project);
    }

    private static Process Start(string program, string[] args) =>
        Process.Start(new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    private static async Task<int> Wait(string program, string[] args)
    {
        using var process = Start(program, args);
        var draining = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        await draining;
        return process.ExitCode;
    }

    /// <summary>The finished episodes of a journal, without times. What follows its last line feed is no line.</summary>
    private static IReadOnlyList<string> Lines(string folder)
    {
        string text = File.ReadAllText(Path.Combine(folder, Journal.FileName));
        return
        [
            .. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line =>
            {
                var json = JsonNode.Parse(line)!;
                return $"{json["task_id"]} {json["episode_index"]} {json["steps"]} {json["sum_reward"]} {json["success"]}";
            }),
        ];
    }

    /// <summary>The result without times and the folder's name.</summary>
    private static string Result(string folder) =>
        Times().Replace(JsonNode.Parse(File.ReadAllText(Path.Combine(folder, EvalInfo.FileName)))!.ToJsonString(), "TIME").Replace(folder, "FOLDER", StringComparison.Ordinal);

    [GeneratedRegex("""(?<="(?:\w+_s|finished_at)":\s*)("[^"]*"|[\d.Ee+-]+)""")]
    private static partial Regex Times();
}
