using EvalCore;
using EvalCore.Replays;
using EvalCore.Tests;
using Safetensors;

namespace Benchmarks.Libero.Tests;

/// <summary><c>evalcore replay</c> on LIBERO: recorded actions, and recorded states.</summary>
public sealed class ReplayTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-replay-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("libero_spatial", 0)]
    [InlineData("libero_goal", 3)]
    public void A_replayed_trajectory_is_the_references(string suite, int task)
    {
        Machine.NeedsLibero();
        string file = Goldens.Find($"libero/traj/{suite}.safetensors");
        using var golden = SafetensorsFile.Open(file);
        var config = new LiberoConfig { Task = suite, TaskIds = [task] };
        Replay.Run(new ReplayOptions(config, $"{file}:{task}.action", In("trace")));

        // 20 steps: later, contacts may amplify the last bits.
        const int Steps = 20;
        using var trace = SafetensorsFile.Open(In("trace"));
        foreach (string state in (string[])["qpos", "qvel"])
        {
            int length = (int)trace[state].Shape[1];
            double[] expected = golden.Read<double>($"{task}.{state}")[..(Steps * length)];
            double[] actual = trace.Read<double>(state)[length..((Steps + 1) * length)];
            Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
        }

        int conditions = (int)trace["conjuncts"].Shape[1];
        Assert.Equal(golden.Read<byte>($"{task}.conjuncts")[..(Steps * conditions)], trace.Read<byte>("conjuncts")[conditions..((Steps + 1) * conditions)]);
        Assert.Equal(golden.Read<byte>($"{task}.success")[..Steps], trace.Read<byte>("success")[..Steps]);
    }

    [Fact]
    public void Row_0_observes_the_state_after_the_reset()
    {
        const string Suite = "libero_spatial";
        Machine.NeedsImages();
        new SafetensorsWriter().Add<float>("action", [], 0, 7).Save(In("actions"));
        Replay.Run(new ReplayOptions(new LiberoConfig { Task = Suite, TaskIds = [0], ObservationHeight = 256, ObservationWidth = 256 }, In("actions"), In("trace"))
        {
            InitStateId = 7,
            Observe = true,
        });
        using var golden = Goldens.Open($"libero/inits/{Suite}.safetensors");
        using var trace = SafetensorsFile.Open(In("trace"));
        Assert.Equal(golden.Read<double>("0.7.qpos"), trace.Read<double>("qpos"), Within(1e-12));
        Assert.Equal(golden.Read<float>("0.7.obs.policy_state").Select(x => (double)x), trace.Read<double>("obs.observation.state"), Within(1e-6));
        Assert.Equal([1, 256, 256, 3], trace["obs_u8.observation.images.image2"].Shape);
    }

    /// <summary>The recorded images are what a policy gets: upright and mirrored.</summary>
    [Fact]
    public void The_observed_images_are_what_LeRobot_gives_to_a_policy()
    {
        Machine.NeedsImages();
        (string Key, string Camera)[] images = [("image", "agentview"), ("image2", "robot0_eye_in_hand")];
        var recorded = images.ToDictionary(image => image.Key, image => Png.Read(Goldens.Find($"libero/images/libero_spatial_0_{image.Camera}_256.png")));
        new SafetensorsWriter().Add<float>("action", [], 0, 7).Save(In("actions"));
        Replay.Run(new ReplayOptions(
            new LiberoConfig { Task = "libero_spatial", TaskIds = [0], ObservationHeight = 256, ObservationWidth = 256 }, In("actions"), In("trace")) { Observe = true });
        using var trace = SafetensorsFile.Open(In("trace"));
        foreach (var (key, expected) in recorded)
        {
            byte[] actual = trace.Read<byte>($"obs_u8.observation.images.{key}");
            int differ = expected.Zip(actual).Count(pair => Math.Abs(pair.First - pair.Second) > (IsRecordedDevice ? 0 : 1));
            Assert.True(differ <= (IsRecordedDevice ? 0 : expected.Length / 1000), $"{key}: {differ} bytes differ");
        }
    }

    /// <summary>In a task whose drawer is open at the start, the fixtures depend on the number of the episode.</summary>
    [Fact]
    public void A_later_episode_of_a_run_can_be_replayed()
    {
        Machine.NeedsLibero();
        var config = new LiberoConfig { Task = "libero_spatial", TaskIds = [4] };
        using var benchmark = config.Open();
        using var environment = (LiberoEnvironment)benchmark.Make(benchmark.Tasks[0]);
        environment.Reset(benchmark.Tasks[0].Episode(2, 1000));
        double[] expected = environment.Simulation.Data.xpos.ToArray();
        new SafetensorsWriter().Add<float>("action", [], 0, 7).Save(In("actions"));
        var options = new ReplayOptions(config, In("actions"), In("trace")) { Seed = 1002, InitStateId = 2, Observe = false };
        Assert.NotEqual(expected, PosesOf(0));
        Assert.Equal(expected, PosesOf(2));

        double[] PosesOf(int index)
        {
            Replay.Run(options with { EpisodeIndex = index });
            using var trace = SafetensorsFile.Open(In("trace"));
            environment.Reset(new(benchmark.Tasks[0], index, options.Seed, options.InitStateId));
            Assert.Equal(environment.Simulation.Data.qpos.ToArray(), trace.Read<double>("qpos"));
            return environment.Simulation.Data.xpos.ToArray();
        }
    }

    [Fact]
    public void A_stored_state_fulfils_the_conditions_that_it_did()
    {
        const string Suite = "libero_10";
        Machine.NeedsLibero();
        using var golden = Goldens.Open($"libero/success/{Suite}.safetensors");
        const int Task = 0;
        int nq = (int)golden[$"{Task}.qpos"].Shape[1], nv = (int)golden[$"{Task}.qvel"].Shape[1], n = (int)golden[$"{Task}.conjuncts"].Shape[1];
        // The goal, and states beside it in which one of the two conditions does not hold.
        for (int row = 0; row < 4; row++)
        {
            new SafetensorsWriter()
                .Add("qpos", golden.Span<double>($"{Task}.qpos").Slice(row * nq, nq), nq)
                .Add("qvel", golden.Span<double>($"{Task}.qvel").Slice(row * nv, nv), nv)
                .Save(In("state"));
            new SafetensorsWriter().Add<float>("action", [], 0, 7).Save(In("actions"));
            Replay.Run(new ReplayOptions(new LiberoConfig { Task = Suite, TaskIds = [Task] }, In("actions"), In("trace")) { From = In("state") });
            using var trace = SafetensorsFile.Open(In("trace"));
            Assert.Equal(golden.Read<byte>($"{Task}.conjuncts")[(row * n)..((row + 1) * n)], trace.Read<byte>("conjuncts"));
        }
    }

    [Fact]
    public void An_initial_state_that_does_not_exist_is_refused()
    {
        Machine.NeedsLibero();
        new SafetensorsWriter().Add<float>("action", [], 0, 7).Save(In("actions"));
        var e = Assert.Throws<EvalCoreException>(() => Replay.Run(
            new ReplayOptions(new LiberoConfig { Task = "turn_on_the_stove" }, In("actions"), In("trace")) { InitStateId = 50 }));
        Assert.Equal("--env.init_state_id: 50 is out of range; turn_on_the_stove has initial states 0 to 49", e.Message);
    }

    private static bool IsRecordedDevice => global::MuJoCo.Renderer.Device is var device
        && device.Contains("llvmpipe", StringComparison.Ordinal) && device.Contains("Mesa 22.3", StringComparison.Ordinal);

    private static Comparison Within(double tolerance) => new(tolerance);

    private string In(string name) => Path.Combine(_folder, $"{name}.safetensors");

    private sealed class Comparison(double tolerance) : IEqualityComparer<double>
    {
        public bool Equals(double x, double y) => Math.Abs(x - y) <= tolerance;

        public int GetHashCode(double number) => 0;
    }
}
