using EvalCore;
using EvalCore.Assets;
using EvalCore.Environments;
using EvalCore.Tests;

namespace Benchmarks.MetaWorld.Tests;

public sealed class RobustnessTests
{
    [Theory]
    [InlineData("push-v2", "--env.task=push-v2: Meta-World has no such task or group; did you mean 'push-v3'? (groups: easy, medium, hard, very_hard, MT50)")]
    [InlineData("reach-v3,drawer-oepn-v3", "--env.task=drawer-oepn-v3: Meta-World has no such task or group; did you mean 'drawer-open-v3'? (groups: easy, medium, hard, very_hard, MT50)")]
    [InlineData("qwertyuiop", "--env.task=qwertyuiop: Meta-World has no such task or group (groups: easy, medium, hard, very_hard, MT50)")]
    [InlineData(" , ", "--env.task is empty: give tasks or groups separated by commas, for example push-v3 or easy,medium")]
    public void An_unknown_task_gives_one_clear_line(string task, string line)
    {
        using var benchmark = TestEnvironments.Open(task);
        Assert.Equal(line, Assert.Throws<EvalCoreException>(() => benchmark.Tasks).Message);
        Assert.Equal(line, Assert.Throws<EvalCoreException>(new MetaWorldConfig { Task = task }.Validate).Message);
        Assert.Equal(50, benchmark.AllTasks.Count);
    }

    [Fact]
    public void The_default_task_which_Meta_World_lacks_is_a_missing_flag()
    {
        string line = Assert.Throws<EvalCoreException>(new MetaWorldConfig().Validate).Message;
        Assert.Equal(
            "--env.task is missing: LeRobot's default, metaworld-push-v2, is no task of Meta-World; give tasks or groups, for example --env.task=push-v3 (see evalcore list metaworld)",
            line);
    }

    [Fact]
    public void Tasks_come_in_groups_with_numbers_and_instructions()
    {
        var tasks = Tasks("hard,metaworld-reach-v3");
        Assert.Equal(7, tasks.Count);
        Assert.Equal(new EnvTask("metaworld", "hard", 4, "push-v3", "Push the puck to a goal"), tasks[4]);
        Assert.Equal(new EnvTask("metaworld", "metaworld-reach-v3", 0, "reach-v3", "Reach a goal position"), tasks[6]);
        Assert.Equal(50, Tasks("MT50").Count);
        Assert.Equal(50, Tasks("easy,medium,hard,very_hard").DistinctBy(t => t.Name).Count());

        static IReadOnlyList<EnvTask> Tasks(string list)
        {
            using var benchmark = TestEnvironments.Open(list);
            return benchmark.Tasks;
        }
    }

    [Fact]
    public void A_value_that_a_flag_cannot_have_gives_one_clear_line()
    {
        Assert.Equal(
            "--env.obs_type: 'keypoints' is not one of pixels_agent_pos, pixels",
            Assert.Throws<EvalCoreException>(new MetaWorldConfig { Task = "push-v3", ObsType = "keypoints" }.Validate).Message);
        Assert.Equal(
            "--env.render_mode: 'human' is not rgb_array",
            Assert.Throws<EvalCoreException>(new MetaWorldConfig { Task = "push-v3", RenderMode = "human" }.Validate).Message);
        foreach (string type in MetaWorldObservation.Types.Names)
            new MetaWorldConfig { Task = "push-v3", ObsType = type }.Validate();
    }

    [Fact]
    public void Damaged_files_give_one_clear_line()
    {
        Machine.NeedsMetaWorld();
        string cache = Directory.CreateTempSubdirectory().FullName;
        try
        {
            // Every file has its length, and zeros for its content.
            foreach (var file in MetaWorldAssets.Set.Files)
            {
                string path = Path.Combine(cache, "assets", "metaworld", file.Path);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                using var stream = File.Create(path);
                stream.SetLength(file.Bytes);
            }

            var store = new AssetStore(cache, null);
            var first = MetaWorldAssets.Set.Files[0];
            using var benchmark = new MetaWorldConfig { Task = "push-v3" }.Open(store);
            string line = Assert.Throws<EvalCoreException>(() => benchmark.Make(benchmark.Tasks[0])).Message;
            Assert.Equal(
                $"{Path.Combine(cache, "assets", "metaworld", first.Path)} is damaged: its SHA-256 is not {first.Sha256}: run 'evalcore assets fetch metaworld'",
                line);
            Assert.Equal(218, store.Verify(MetaWorldAssets.Set).Count);
        }
        finally
        {
            Directory.Delete(cache, recursive: true);
        }
    }

    [Fact]
    public void A_model_that_does_not_load_gives_one_clear_line()
    {
        Machine.NeedsMetaWorld();
        using var benchmark = TestEnvironments.Open("push-v3");
        string line = Assert.Throws<EvalCoreException>(() => benchmark.Load("sawyer_chess.xml")).Message;
        Assert.StartsWith("Meta-World's model does not load: ", line, StringComparison.Ordinal);
        Assert.Contains("sawyer_chess.xml", line, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', line);
    }

    [Fact]
    public void A_result_names_its_files_and_its_renderer()
    {
        Assert.Matches("^[0-9a-f]{64}$", MetaWorldAssets.Set.Sha256);
        Machine.NeedsImages();
        using var benchmark = TestEnvironments.Open("push-v3");
        Assert.Equal(global::MuJoCo.Renderer.Device, benchmark.RenderingDevice);
    }

    [Fact]
    public void An_invalid_action_is_rejected()
    {
        Machine.NeedsMetaWorld();
        using var env = TestEnvironments.Make("reach-v3");
        Assert.Throws<InvalidOperationException>(() => env.Step([0, 0, 0, 0]));
        env.Reset(TestEnvironments.Episode("reach-v3", 1));
        Assert.StartsWith(
            "An action of reach-v3 has 4 numbers, not 3.", Assert.Throws<ArgumentException>(() => env.Step([0, 0, 0])).Message, StringComparison.Ordinal);
        Assert.StartsWith(
            "Number 1 of the action of reach-v3 is NaN.", Assert.Throws<ArgumentException>(() => env.Step([0, double.NaN, 0, 0])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => env.Step([0, 0, 0, double.PositiveInfinity]));
        Assert.Throws<EvalCoreException>(() => env.Reset(TestEnvironments.Episode("reach-v3", -1)));
    }

    [Fact]
    public void An_episode_has_500_steps()
    {
        Machine.NeedsMetaWorld();
        using var env = TestEnvironments.Make("reach-v3");
        env.Reset(TestEnvironments.Episode("reach-v3", 1));
        for (int t = 1; t <= 500; t++)
            Assert.Equal(t == 500, env.Step([0, 0, 1, 0]).Truncated);
        Assert.Throws<InvalidOperationException>(() => env.Step([0, 0, 0, 0]));
    }

    [Fact]
    public void Steps_and_observations_do_not_allocate()
    {
        Machine.NeedsImages();
        using var env = TestEnvironments.Make("hammer-v3");
        env.Reset(TestEnvironments.Episode("hammer-v3", 1));
        var observation = new Observation(env.ObservationSpace);
        double[] snapshot = new double[env.SnapshotLength], action = [0.1, 0.2, -0.3, 0.4];
        Assert.Equal(0, Allocated.By(() =>
        {
            env.Step(action);
            env.Observe(observation);
            env.Snapshot(snapshot);
        }));
    }

    [Fact]
    public void An_unstable_simulation_is_a_warning()
    {
        Machine.NeedsMetaWorld();
        using var env = TestEnvironments.Make("push-v3");
        env.Reset(TestEnvironments.Episode("push-v3", 1));
        env.Step([0, 0, 0, 0]);
        Assert.Null(env.Warning);
        env.Simulation.Data.qvel[0] = 1e12;
        env.Step([0, 0, 0, 0]);
        Assert.StartsWith("MuJoCo warns: Nan, Inf or huge value in Q", env.Warning, StringComparison.Ordinal);
        env.Reset(TestEnvironments.Episode("push-v3", 1));
        Assert.Null(env.Warning);
    }

    [Fact]
    public void A_stored_state_is_restored()
    {
        Machine.NeedsMetaWorld();
        using var env = TestEnvironments.Make("push-v3");
        env.Reset(TestEnvironments.Episode("push-v3", 1));
        for (int t = 0; t < 20; t++)
            env.Step([0.5, 0.5, -0.5, 0.4]);
        var state = new SimulatorState(env.StateFields);
        env.GetState(state);
        double[] hand = env.Observation[..3].ToArray();

        using var other = TestEnvironments.Make("push-v3");
        other.Reset(TestEnvironments.Episode("push-v3", 1));
        other.SetState(state);
        Assert.Equal(hand, other.Observation[..3]);
        var again = new SimulatorState(other.StateFields);
        other.GetState(again);
        Assert.Equal(state["qpos"], again["qpos"]);
    }
}
