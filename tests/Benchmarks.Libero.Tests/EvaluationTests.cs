using System.Text.Json;
using Benchmarks.MuJoCo;
using EvalCore.Results;
using EvalCore.Rollout;
using EvalCore.Tests;

namespace Benchmarks.Libero.Tests;

/// <summary>Whole evaluations: against LeRobot's, and against themselves with other batch sizes.</summary>
public sealed class EvaluationTests
{
    private const int Episodes = 4;

    [Theory]
    [InlineData("libero_spatial", 0)]
    [InlineData("libero_spatial", 1)]
    [InlineData("libero_object", 0)]
    public async Task An_evaluation_gives_the_rewards_and_successes_of_lerobot_eval(string suite, int task)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Goldens.Find("libero/eval/eval_info.json")));
        Machine.NeedsLibero();
        var recorded = json.RootElement.GetProperty($"{suite}/{task}/batch1");
        using var policy = new WavingPolicy();
        var records = await Evaluate(new() { Task = suite, TaskIds = [task], EpisodeLength = 40 }, policy, 1, useAsyncEnvs: false);
        var episodes = recorded.GetProperty("info").GetProperty("per_episode").EnumerateArray().ToList();
        Assert.Equal(
            episodes.Select(e => (e.GetProperty("episode_ix").GetInt32(), e.GetProperty("sum_reward").GetDouble(), e.GetProperty("success").GetBoolean(), (long?)e.GetProperty("seed").GetInt64())),
            records.Select(r => (r.EpisodeIndex, r.SumReward, r.Success, r.Seed)));
        Assert.Equal(
            recorded.GetProperty("resets").EnumerateArray().Select(reset => (int?)reset.GetProperty("init_state_id").GetInt32()),
            records.Select(r => r.InitStateId));
    }

    [Theory]
    [InlineData("libero_spatial", 0)]
    [InlineData("libero_spatial", 1)]
    public void The_seed_of_each_episode_places_its_fixtures(string suite, int task)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Goldens.Find("libero/eval/eval_info.json")));
        Machine.NeedsLibero();
        using var benchmark = new LiberoConfig { Task = suite, TaskIds = [task] }.Open();
        using var environment = (LiberoEnvironment)benchmark.Make(benchmark.Tasks[0]);
        int index = 0;
        foreach (var reset in json.RootElement.GetProperty($"{suite}/{task}/batch1").GetProperty("resets").EnumerateArray())
        {
            environment.Reset(benchmark.Tasks[0].Episode(index++, 1000));
            foreach (var fixture in reset.GetProperty("fixtures").EnumerateObject())
            {
                Assert.Equal(
                    fixture.Value.EnumerateArray().Select(x => x.GetDouble()),
                    environment.Simulation.Data.Body($"{fixture.Name}_main").ModelPosition is var p ? [p.X, p.Y, p.Z] : []);
            }
        }
    }

    public static TheoryData<int, bool> Batches => new MatrixTheoryData<int, bool>([1, 2, 4], [false, true]);

    /// <summary>One of the tasks has a drawer that is open at the start: its fixtures depend on the number of the episode.</summary>
    [Theory]
    [MemberData(nameof(Batches))]
    public async Task Batch_size_and_stepping_mode_change_nothing(int batchSize, bool useAsyncEnvs)
    {
        Machine.NeedsLibero();
        var config = new LiberoConfig { Task = "libero_spatial", TaskIds = [4, 7], EpisodeLength = 15 };
        using WavingPolicy alone = new(LiberoObservation.State), together = new(LiberoObservation.State);
        Assert.Equal(await Evaluate(config, alone, 1, useAsyncEnvs: false), await Evaluate(config, together, batchSize, useAsyncEnvs));
        Assert.Equal(alone.Seen.ToDictionary(), together.Seen.ToDictionary());
        Assert.Equal(2 * Episodes, alone.Seen.Count);
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(4, false)]
    public async Task Batch_size_and_stepping_mode_change_no_image(int batchSize, bool useAsyncEnvs)
    {
        Machine.NeedsImages();
        var config = new LiberoConfig { Task = "turn_on_the_stove", EpisodeLength = 2, ObservationHeight = 64, ObservationWidth = 64 };
        string[] images = ["observation.images.image", "observation.images.image2"];
        using WavingPolicy alone = new(images), together = new(images);
        Assert.Equal(await Evaluate(config, alone, 1, useAsyncEnvs: false), await Evaluate(config, together, batchSize, useAsyncEnvs));
        Assert.Equal(alone.Seen.ToDictionary(), together.Seen.ToDictionary());
    }

    /// <summary>Plays episodes; their timings are left out.</summary>
    private static async Task<IReadOnlyList<EpisodeRecord>> Evaluate(LiberoConfig config, WavingPolicy policy, int batchSize, bool useAsyncEnvs)
    {
        using var run = new EvalRun(config, policy, new RolloutOptions
        {
            Eval = new EvalConfig { NEpisodes = Episodes, BatchSize = batchSize, UseAsyncEnvs = useAsyncEnvs, NEpisodesToRender = 0 },
            Seed = 1000,
        });
        EpisodeRecord[] records = await Task.WhenAll(run.Episodes.Select(run.Play));
        return [.. records.Select(record => record with { Timings = new(0, 0, 0, 0, 0) })];
    }
}
