using System.Text.Json;
using EvalCore.Environments;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Rollout;
using EvalCore.Tests;

namespace Benchmarks.MetaWorld.Tests;

/// <summary>Whole evaluations against those of the original, episode by episode.</summary>
public sealed class EvaluationTests
{
    /// <summary>The waypoints of the policy of the recorded evaluation: x, y, z (m) and the effort of the gripper.</summary>
    private static readonly float[][] WayPoints =
    [
        [0, 0.75f, 0.25f, -1], [0.05f, 0.85f, 0.10f, 1], [0.05f, 0.85f, 0.28f, 1], [-0.05f, 0.85f, 0.10f, 1], [-0.05f, 0.85f, 0.28f, -1],
        [0, 0.62f, 0.05f, -1], [0, 0.62f, 0.03f, 1], [0, 0.85f, 0.08f, 1], [0.08f, 0.80f, 0.20f, -1], [-0.08f, 0.80f, 0.15f, -1],
    ];

    [Theory]
    [InlineData("reach-v3")]
    [InlineData("push-v3")]
    [InlineData("drawer-open-v3")]
    [InlineData("button-press-topdown-v3")]
    public void An_evaluation_gives_the_rewards_and_successes_of_lerobot_eval(string task)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Goldens.Find("metaworld/eval/eval_info_bs2.json")));
        Machine.NeedsMetaWorld();
        var metrics = json.RootElement.GetProperty("per_task").EnumerateArray()
            .Single(t => t.GetProperty("task_group").GetString() == task).GetProperty("metrics");
        using var env = TestEnvironments.Make(task);
        var observation = new Observation(env.ObservationSpace.Select([MetaWorldObservation.State]));
        double[] action = new double[4];
        for (int k = 0; k < 6; k++)
        {
            env.Reset(TestEnvironments.Episode(task, 1000 + k));
            double sum = 0, max = double.NegativeInfinity;
            StepResult result = default;
            for (int t = 0; !result.Terminated && !result.Truncated; t++)
            {
                env.Observe(observation);
                float[] wayPoint = WayPoints[t / 50 % 10];
                for (int i = 0; i < 3; i++)
                    action[i] = Math.Clamp((wayPoint[i] - (float)observation.Vector(0)[i]) * 10, -1f, 1f);
                action[3] = wayPoint[3];
                result = env.Step(action);
                sum += result.Reward;
                max = Math.Max(max, result.Reward);
            }

            Assert.Equal(metrics.GetProperty("successes")[k].GetBoolean(), result.Success);
            Assert.Equal(metrics.GetProperty("sum_rewards")[k].GetDouble(), sum, 1e-11);
            Assert.Equal(metrics.GetProperty("max_rewards")[k].GetDouble(), max, 4e-15);
        }
    }

    /// <summary>Two of the twenty recorded episodes of each task, or all of them in a long run.</summary>
    [Fact]
    public Task Experts_succeed_in_the_recorded_number_of_steps() => Experts(episodes: LongRun.Is ? 20 : 2);

    public static TheoryData<int, bool> Batches => new MatrixTheoryData<int, bool>([1, 2, 3, 7], [false, true]);

    [Theory]
    [MemberData(nameof(Batches))]
    public async Task Batch_size_and_stepping_mode_change_nothing(int batchSize, bool useAsyncEnvs)
    {
        Machine.NeedsMetaWorld();
        const string Tasks = "reach-v3,push-v3,hammer-v3";
        using var expert = new MetaWorldExpert();
        Assert.Equal(await Evaluate(expert, Tasks, 3, 1, false), await Evaluate(expert, Tasks, 3, batchSize, useAsyncEnvs));
    }

    /// <summary>Other threads render the images, in another order and beside others; they are the same to the byte.</summary>
    [Theory]
    [InlineData(3, true)]
    [InlineData(7, false)]
    public async Task Batch_size_and_stepping_mode_change_no_image(int batchSize, bool useAsyncEnvs)
    {
        Machine.NeedsImages();
        const string Tasks = "drawer-open-v3,push-v3";
        using var policy = new ImagePolicy();
        Assert.Equal(await Evaluate(policy, Tasks, 2, 1, false), await Evaluate(policy, Tasks, 2, batchSize, useAsyncEnvs));
    }

    private static async Task Experts(int episodes)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Goldens.Find("metaworld/expert_success.json")));
        Machine.NeedsMetaWorld();
        using var expert = new MetaWorldExpert();
        var records = await Evaluate(expert, "MT50", episodes, 2, true);
        Assert.Equal(50 * episodes, records.Count);
        foreach (var record in records)
        {
            var (task, index, success) = (record.Task, record.EpisodeIndex, record.Success);
            var recorded = json.RootElement.GetProperty(task).GetProperty("episodes")[index];
            Assert.Equal((task, index, recorded.GetProperty("success").GetBoolean()), (task, index, success));
            int expected = success ? recorded.GetProperty("steps_to_success").GetInt32() : 500;
            Assert.Equal((task, index, expected), (task, index, record.Steps));
            if (success)
                Assert.Equal(recorded.GetProperty("sum_reward").GetDouble(), record.SumReward, 1e-4);
        }
    }

    /// <summary>Plays episodes; their timings are left out.</summary>
    private static async Task<IReadOnlyList<EpisodeRecord>> Evaluate(
        IPolicy policy, string tasks, int episodes, int batchSize, bool useAsyncEnvs)
    {
        using var run = new EvalRun(new MetaWorldConfig { Task = tasks }, policy, new RolloutOptions
        {
            Eval = new EvalConfig { NEpisodes = episodes, BatchSize = batchSize, UseAsyncEnvs = useAsyncEnvs, NEpisodesToRender = 0 },
            Seed = 1000,
        });
        EpisodeRecord[] records = await Task.WhenAll(run.Episodes.Select(run.Play));
        return [.. records.Select(record => record with { Timings = new(0, 0, 0, 0, 0) })];
    }
}
