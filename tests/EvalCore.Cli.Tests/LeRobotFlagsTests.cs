using System.Text.Json.Nodes;
using EvalCore.Evaluation;

namespace EvalCore.Cli.Tests;

/// <summary>
/// A command line of lerobot-eval (LeRobot 0.6.1) works unchanged: every flag of its <c>EvalPipelineConfig</c> is
/// accepted, and LeRobot's defaults are ours.
/// </summary>
public sealed class LeRobotFlagsTests
{
    private static readonly string[] Defaults =
    [
        "--job_name=null", "--output_dir=null", "--seed=1000", "--rename_map={}", "--trust_remote_code=false",
        "--eval.n_episodes=50", "--eval.batch_size=0", "--eval.use_async_envs=true", "--eval.recording=false",
        "--eval.recording_repo_id=null", "--eval.recording_private=false",
        "--env.task=PushT-v0", "--env.fps=10", "--env.features={}", "--env.features_map={}", "--env.max_parallel_tasks=1",
        "--env.disable_env_checker=true", "--env.episode_length=300", "--env.obs_type=pixels_agent_pos",
        "--env.render_mode=rgb_array", "--env.visualization_width=384", "--env.visualization_height=384",
        "--env.observation_height=384", "--env.observation_width=384",
    ];

    private static readonly string[] PolicyFlags =
    [
        "--policy.n_obs_steps=1", "--policy.device=cuda", "--policy.use_amp=false", "--policy.use_peft=false",
        "--policy.push_to_hub=true", "--policy.repo_id=null", "--policy.private=null", "--policy.tags=null",
        "--policy.license=null", "--policy.pretrained_revision=null",
        "--policy.chunk_size=8", "--policy.n_action_steps=8", "--policy.vision_backbone=resnet18",
        "--policy.temporal_ensemble_coeff=null", "--policy.use_vae=false", "--policy.dropout=0.1", "--policy.dim_model=96",
        "--policy.normalization_mapping={\"STATE\": \"MEAN_STD\"}", "--policy.optimizer_lr=1e-5",
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_flag_of_lerobot_eval_is_accepted_with_its_default(bool spaces)
    {
        string[] command = ["--env.type=pusht", $"--policy.path={Goldens.Checkpoint("pusht_act_keypoints")}"];
        var plain = Read(command);
        var given = Read([.. command, .. spaces ? Defaults.SelectMany(flag => flag.Split('=', 2)) : Defaults]);
        Assert.True(JsonNode.DeepEquals(WithoutTime(plain), WithoutTime(given)), given.ToJson().ToJsonString());
    }

    [Fact]
    public void The_fields_of_a_policy_are_flags()
    {
        var options = Read(["--env.type=pusht", $"--policy.path={Goldens.Checkpoint("pusht_act_keypoints")}", .. PolicyFlags]);
        Assert.Contains("chunk_size", options.Policy.Given);
        Assert.Contains("temporal_ensemble_coeff", options.Policy.Given);
    }

    private static EvalOptions Read(string[] tokens) => EvalOptions.Read(tokens, BuiltInRegistry.All);

    private static JsonObject WithoutTime(EvalOptions options)
    {
        var json = options.ToJson();
        json.Remove("output_dir");
        return json;
    }
}
