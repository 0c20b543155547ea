using Benchmarks.PushT.Physics;
using Chipmunk;
using EvalCore;
using EvalCore.Replays;
using Safetensors;
using EvalCore.Tests;

namespace Benchmarks.PushT.Tests;

public sealed class ReplayTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-replay-").FullName;

    [Fact]
    public void A_replayed_trajectory_is_the_references_bit_for_bit()
    {
        using var golden = Goldens.Open("pusht/trajectories_states.safetensors");
        double[] states = golden.Read<double>("state");
        double[] rewards = golden.Read<double>("reward");
        foreach (int e in (int[])[8, 28, 39])
        {
            string actions = File("actions.safetensors");
            new SafetensorsWriter().Add<double>("played", golden.Span<double>("action").Slice(600 * e, 600), 300, 2).Save(actions);
            string path = File("new/trace.safetensors");
            var summary = Replay.Run(new ReplayOptions(Config(), actions, path) { Seed = golden.Span<long>("seed")[e] });

            using var trace = SafetensorsFile.Open(path);
            Assert.Equal("reward F64 [300]; state F64 [301, 10]; success U8 [300]; terminated U8 [300]", Contents(trace));
            double[] state = trace.Read<double>("state");
            Equal.BitForBit(golden.Span<double>("initial_state").Slice(10 * e, 10), state.AsSpan(0, 10), $"episode {e}: initial state");
            Equal.BitForBit(states.AsSpan(3000 * e, 3000), state.AsSpan(10), $"episode {e}: state");
            double[] reward = trace.Read<double>("reward");
            for (int t = 0; t < 300; t++)
                Equal.Area(rewards[300 * e + t], reward[t], $"episode {e}, step {t}: reward");
            Assert.Equal((300, reward.Max(), null), (summary.Steps, summary.MaxReward, summary.FirstSuccess));
        }
    }

    [Fact]
    public void All_actions_are_played_even_after_success_and_the_time_limit()
    {
        using var table = Goldens.Open("pusht/eval_replay_actions.safetensors");
        string actions = File("actions.safetensors");
        new SafetensorsWriter()
            .Add("other", [1L], 1)
            .Add<float>("action", [.. table.Span<float>("action")[..600], .. new float[20]], 310, 2).Save(actions);
        var summary = Replay.Run(new ReplayOptions(Config(), actions, File("trace.safetensors")) { Seed = table.Span<long>("seed")[0] });
        Assert.Equal(310, summary.Steps);
        Assert.Equal(37, summary.FirstSuccess);
        using var trace = SafetensorsFile.Open(File("trace.safetensors"));
        Assert.Equal((1, 1), (trace.Read<byte>("success")[37], trace.Read<byte>("terminated")[37]));
        Assert.Equal(0, trace.Read<byte>("terminated")[309]);
    }

    [Fact]
    public void Observations_are_written_when_asked_for()
    {
        using var golden = Goldens.Open("pusht/trajectories_states.safetensors");
        string actions = File("actions.safetensors");
        new SafetensorsWriter().Add<double>("action", golden.Span<double>("action")[..6], 1, 3, 2).Save(actions);
        string path = File("trace.safetensors");
        long seed = golden.Span<long>("seed")[0];
        Replay.Run(new ReplayOptions(Config(), $"{actions}:action", path) { Seed = seed, Observe = true });
        using (var trace = SafetensorsFile.Open(path))
        {
            Assert.Equal(
                "obs.observation.environment_state F64 [4, 16]; obs.observation.state F64 [4, 2]; "
                + "reward F64 [3]; state F64 [4, 10]; success U8 [3]; terminated U8 [3]",
                Contents(trace));
            double[] keypoints = trace.Read<double>("obs.observation.environment_state");
            var expected = new double[64];
            for (int row = 0; row < 4; row++)
            {
                var state = row == 0 ? golden.Span<double>("initial_state")[..10] : golden.Span<double>("state").Slice(10 * (row - 1), 10);
                Keypoints.Write(new Pose(new Vect(state[4], state[5]), state[8]), expected.AsSpan(16 * row));
            }

            Equal.BitForBit(expected, keypoints, "keypoints");
        }

        Replay.Run(new ReplayOptions(new PushTConfig(), actions, path) { Seed = seed, Observe = true });
        using var images = SafetensorsFile.Open(path);
        Assert.Contains("obs_u8.observation.image U8 [4, 96, 96, 3]", Contents(images), StringComparison.Ordinal);
    }

    [Fact]
    public void A_replay_starts_from_a_stored_state()
    {
        double[] stored = [100, 200, 3, -4, 250, 260, 7, 8, 0, -0.5];
        string from = File("from.safetensors");
        string actions = File("actions.safetensors");
        string path = File("trace.safetensors");
        new SafetensorsWriter().Add<double>("state", stored, 10).Save(from);
        new SafetensorsWriter().Add<float>("action", [], 0, 2).Save(actions);
        var summary = Replay.Run(new ReplayOptions(Config(), actions, path) { From = from });
        using var trace = SafetensorsFile.Open(path);
        Assert.Equal("reward F64 [0]; state F64 [1, 10]; success U8 [0]; terminated U8 [0]", Contents(trace));
        Assert.Equal(stored, trace.Read<double>("state"));
        Assert.Equal(new ReplaySummary(0, 0, 0, null), summary);
    }

    [Fact]
    public void Bad_input_gets_one_line_that_names_the_file_and_what_is_wrong()
    {
        string missing = File("missing.safetensors");
        Refused($"--actions: {missing}: cannot be read", new(Config(), missing, File("t")));
        string shape = Write("shape", w => w.Add<double>("action", new double[6], 2, 3));
        Refused($"--actions: {shape}, tensor 'action' is F64 [2, 3], expected [T, 2]", new(Config(), shape, File("t")));
        string type = Write("type", w => w.Add<long>("action", new long[4], 2, 2));
        Refused($"--actions: {type}, tensor 'action' is I64 [2, 2], expected F32 or F64", new(Config(), type, File("t")));
        string names = Write("names", w => w.Add<double>("b", new double[2], 1, 2).Add<double>("a", new double[2], 1, 2));
        Refused($"--actions: {names} has 2 tensors and none is named 'action': name one, for example {names}:a", new(Config(), names, File("t")));
        Refused($"--actions: {names} has no tensor 'c'", new(Config(), $"{names}:c", File("t")));
        string nan = Write("nan", w => w.Add<double>("action", [1, 2, 3, double.NaN], 2, 2));
        Refused($"--actions: {nan}, tensor 'action', row 1 contains NaN; actions must be finite", new(Config(), nan, File("t")));
        string far = Write("far", w => w.Add<double>("action", [1, 2, 1e308, 0], 2, 2));
        Refused($"--actions: {far}, tensor 'action', row 1: The action (1E+308, 0) is too far away: the agent's velocity is not finite", new(Config(), far, File("t")));

        string good = Write("good", w => w.Add<double>("action", new double[2], 1, 2));
        Refused($"--trace={_folder}: is a folder, expected a file", new(Config(), good, _folder));
        Refused($"--from: {good} has no tensor 'state', a part of the simulator's state", new(Config(), good, File("t")) { From = good });
        string small = Write("small", w => w.Add<double>("state", new double[4], 4));
        Refused($"--from: {small}, tensor 'state' is F64 [4], expected [10]", new(Config(), good, File("t")) { From = small });
        string infinite = Write("infinite", w => w.Add<double>("state", [0, 0, double.PositiveInfinity, 0, 0, 0, 0, 0, 0, 0], 10));
        Refused($"--from: {infinite}, tensor 'state', element 2 is Infinity; a state must be finite", new(Config(), good, File("t")) { From = infinite });
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void Refused(string line, ReplayOptions options)
    {
        var e = Record.Exception(() => Replay.Run(options));
        Assert.True(e is EvalCoreException or SafetensorsException, $"{e}");
        Assert.StartsWith(line, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    private static PushTConfig Config() => new() { ObsType = "environment_state_agent_pos" };

    private static string Contents(SafetensorsFile file) =>
        string.Join("; ", file.OrderBy(e => e.Name, StringComparer.Ordinal).Select(e => $"{e.Name} {e}"));

    private string File(string name) => Path.Combine(_folder, name);

    private string Write(string name, Action<SafetensorsWriter> add)
    {
        string path = File($"{name}.safetensors");
        var writer = new SafetensorsWriter();
        add(writer);
        writer.Save(path);
        return path;
    }
}
