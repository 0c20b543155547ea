using System.Text.Json;
using Safetensors;
using EvalCore.Tests;

namespace Benchmarks.PushT.Tests;

public sealed class TrajectoryTests
{
    [Theory]
    [InlineData("pusht/trajectories_states.safetensors", "pusht/trajectories.json")]
    [InlineData("pusht/trajectories.safetensors", "pusht/trajectories.json")]
    [InlineData("pusht/success.safetensors", "pusht/success.json")]
    public void Episodes_give_the_references_states_bit_for_bit(string file, string list)
    {
        using var golden = Goldens.Open(file);
        using var json = JsonDocument.Parse(File.ReadAllText(Goldens.Find(list)));
        using var environment = TestEnvironments.Keypoints();
        int steps = (int)golden["state"].Shape[1];
        long[] seeds = golden.Read<long>("seed");
        long[] lengths = Column<long>(golden, "length");
        double[] initial = Column<double>(golden, "reset_to_state");
        var initialState = golden.Read<double>("initial_state");
        var initialKeypoints = Column<double>(golden, "initial_keypoints");
        var actions = golden.Read<double>("action");
        var states = golden.Read<double>("state");
        var keypoints = Column<double>(golden, "keypoints");
        var observed = Column<double>(golden, "obs_state");
        var coverage = Column<double>(golden, "coverage");
        var reward = golden.Read<double>("reward");
        var success = golden.Read<byte>("is_success");
        var terminated = Column<byte>(golden, "terminated");
        var contacts = Column<long>(golden, "n_contacts");
        var points = golden.Read<long>("n_contact_points_raw");
        Assert.Equal(json.RootElement.GetArrayLength(), seeds.Length);

        for (int e = 0; e < seeds.Length; e++)
        {
            if (seeds[e] >= 0)
                environment.Reset(TestEnvironments.Episode(seeds[e]));
            else
                environment.Reset(TestEnvironments.Initial(TestEnvironments.Row(initial, e, 5)));
            Equal.BitForBit(TestEnvironments.Row(initialState, e, 10), environment.State(), $"episode {e}: initial state");
            if (initialKeypoints.Length > 0)
                Equal.BitForBit(TestEnvironments.Row(initialKeypoints, e, 16), environment.KeypointsOf(), $"episode {e}: initial keypoints");

            int length = lengths.Length > 0 ? (int)lengths[e] : steps;
            for (int t = 0; t < length; t++)
            {
                int i = e * steps + t;
                var result = environment.Step(TestEnvironments.Row(actions, i, 2));
                string at = $"episode {e}, step {t}";
                Equal.BitForBit(TestEnvironments.Row(states, i, 10), environment.State(), $"{at}: state");
                Equal.Area(reward[i], result.Reward, $"{at}: reward");
                Assert.Equal(success[i] != 0, result.Success);
                Assert.Equal(t == 299, result.Truncated);
                Assert.Equal(points[i], environment.ContactPoints);
                if (keypoints.Length == 0)
                    continue;
                Equal.BitForBit(TestEnvironments.Row(keypoints, i, 16), environment.KeypointsOf(), $"{at}: keypoints");
                Equal.BitForBit(TestEnvironments.Row(observed, i, 5), environment.ObservedState(), $"{at}: observed state");
                Equal.Area(coverage[i], environment.Coverage, $"{at}: coverage");
                Assert.Equal(terminated[i] != 0, result.Terminated);
                Assert.Equal(contacts[i], environment.Contacts);
            }
        }
    }

    /// <summary>A tensor; empty where the file was cut down to states.</summary>
    private static T[] Column<T>(SafetensorsFile file, string name) where T : unmanaged =>
        file.TryGet(name, out _) ? file.Read<T>(name) : [];

    [Fact]
    public void Every_physics_step_gives_the_references_state_bit_for_bit()
    {
        using var trajectories = Goldens.Open("pusht/trajectories_states.safetensors");
        using var golden = Goldens.Open("pusht/substeps.safetensors");
        using var environment = TestEnvironments.Keypoints();
        long[] seeds = trajectories.Read<long>("seed");
        double[] actions = trajectories.Read<double>("action");
        long[] episodes = golden.Read<long>("episode");
        double[] states = golden.Read<double>("substate");
        int steps = (int)golden["substate"].Shape[1];
        int stepsOfEpisode = (int)trajectories["action"].Shape[1];
        int row = 0;
        foreach (long e in episodes)
        {
            environment.Reset(TestEnvironments.Episode(seeds[e]));
            for (int t = 0; t < steps; t++)
            {
                var action = TestEnvironments.Row(actions, (int)e * stepsOfEpisode + t, 2);
                for (int k = 0; k < 10; k++)
                {
                    environment.Simulation.Substep(action[0], action[1]);
                    Equal.BitForBit(TestEnvironments.Row(states, row++, 10), environment.State(), $"episode {e}, step {t}, substep {k}");
                }
            }
        }
    }

    [Fact]
    public void An_action_of_another_length_is_rejected()
    {
        using var environment = TestEnvironments.Keypoints();
        environment.Reset(TestEnvironments.Episode(0));
        Assert.Throws<ArgumentException>(() => environment.Step([1, 2, 3]));
    }

    [Fact]
    public void A_step_allocates_nothing()
    {
        using var environment = TestEnvironments.Keypoints();
        environment.Reset(TestEnvironments.Episode(1));
        var observation = new EvalCore.Environments.Observation(environment.ObservationSpace);
        double[] snapshot = new double[environment.SnapshotLength];
        double[] action = [200, 300];
        Assert.Equal(0, Allocated.By(() =>
        {
            for (int i = 0; i < 40; i++)
            {
                environment.Step(action);
                environment.Observe(observation);
                environment.Snapshot(snapshot);
            }
        }));
    }
}
