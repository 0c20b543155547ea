using EvalCore.Evaluation;

namespace EvalCore.Tests.Options;

/// <summary>Any input gives options or an <see cref="EvalCoreException"/>.</summary>
public sealed class OptionFuzzing
{
    [Fact]
    public void Damaged_flags_are_read_or_refused() => Fuzz.Run(
        [
            "--env.type=toy\n--policy.type=expert\n--seed=5\n--eval.n_episodes=3\n--shard=1/4\n--env.friction=0.25",
            "--env.type\ntoy\n--policy.type\nact\n--policy.n_action_steps\n4\n--policy.device=cuda:1\n--policy.use_amp\n--job_name=null",
            "--rename_map={\"a\": \"b\"}\n--env.type=toy\n--env.task_ids=[0, 1]\n--env.camera_name_mapping={\"x\":\"y\"}\n--policy.type=expert",
            "--config_path=run.json\n--resume=run\n--env=env.json\n--policy.path=lerobot/act\n--env.type=toy",
            "--env.type=toy\n--env.control_mode=absolute_pose\n--env.episode_length=null\n--env.size=3\n--policy.type=expert\n--trust_remote_code",
        ],
        text => ReadOrRefuse(text.Split('\n')));

    [Fact]
    public void A_damaged_configuration_file_is_read_or_refused()
    {
        string file = Path.GetTempFileName();
        try
        {
            Fuzz.Run(
                [
                    """{ "env": { "type": "toy", "task_ids": [1, 2], "friction": 2.5 }, "policy": { "type": "act", "n_action_steps": 2 }, "seed": 4 }""",
                    """{ "eval": { "n_episodes": 8, "use_async_envs": false, "batch_size": null }, "rename_map": { "a": "b" }, "shard": "0/2", "job_name": "x" }""",
                ],
                text =>
                {
                    File.WriteAllText(file, text);
                    ReadOrRefuse([$"--config_path={file}"]);
                });
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static void ReadOrRefuse(IReadOnlyList<string> tokens)
    {
        try
        {
            var options = EvalOptions.Read(tokens, ToySuite.Registry);
            Assert.InRange(options.Eval.NEpisodes, 1, int.MaxValue);
            Assert.NotEmpty(options.OutputDir);
            Assert.NotNull(options.ToJson().ToJsonString());
        }
        catch (EvalCoreException e)
        {
            Assert.NotEmpty(e.Message);
        }
    }
}
