using System.Text.Json.Nodes;
using Benchmarks.Libero.Tests;
using EvalCore.Results;

namespace EvalCore.Cli.Tests.Evaluation;

/// <summary>An X-VLA checkpoint plays LIBERO, from the command line.</summary>
public sealed class XVlaLiberoTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_checkpoint_plays_a_task()
    {
        MakeCheckpoint(_folder);
        string output = Path.Combine(_folder, "out");
        var (code, text, error) = await EvalcoreProcess.Run(
        [
            $"--policy.path={_folder}", "--policy.device=cpu", "--env.type=libero", "--env.task=libero_spatial", "--env.task_ids=[0]",
            "--env.control_mode=absolute", "--env.observation_height=64", "--env.observation_width=64", "--env.episode_length=7",
            "--eval.n_episodes=1", "--eval.n_episodes_to_render=0", $"--output_dir={output}",
        ]);
        Assert.True(code == 0, text + error);
        Assert.DoesNotContain("control_mode", error, StringComparison.Ordinal);

        // Seven steps of chunks of which five actions are played.
        var info = EvalInfo.Load(Path.Combine(output, EvalInfo.FileName));
        Assert.Equal([7], info.Episodes.Select(episode => episode.Steps));
        var seen = info.PerTask[0].Diagnostics!.Features;
        Assert.Equal(
            ["observation.images.image", "observation.images.image2", "observation.state", "observation.robot_state.eef.mat", "action"], seen.Keys);
    }

    /// <summary>Makes a checkpoint of random weights that plays LIBERO.</summary>
    internal static void MakeCheckpoint(string folder)
    {
        string checkpoint = Goldens.Find("policies/xvla/checkpoint"), tokenizer = Goldens.Find("policies/tokenizers/bart_like");
        Machine.NeedsImages();
        foreach (string file in Directory.GetFiles(checkpoint).Concat(Directory.GetFiles(tokenizer)))
            File.WriteAllBytes(Path.Combine(folder, Path.GetFileName(file)), File.ReadAllBytes(file));

        // LeRobot's steps for LIBERO normalise the images; a checkpoint that plays it does not.
        string pipeline = Path.Combine(folder, "policy_preprocessor.json");
        var json = JsonNode.Parse(File.ReadAllText(pipeline))!;
        var steps = json["steps"]!.AsArray();
        foreach (var step in steps.Where(step => step!["registry_name"]!.ToString() is "xvla_image_to_float" or "xvla_imagenet_normalize").ToList())
            steps.Remove(step);
        File.WriteAllText(pipeline, json.ToJsonString());
    }
}
