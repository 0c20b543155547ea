using Benchmarks.PushT.Physics;
using EvalCore;
using EvalCore.Environments;
using EvalCore.Numerics;
using Safetensors;
using EvalCore.Tests;

namespace Benchmarks.PushT.Tests;

public sealed class ResetTests
{
    [Fact]
    public void A_reset_with_a_seed_gives_the_references_state_bit_for_bit()
    {
        using var golden = Goldens.Open("pusht/resets.safetensors");
        using var environment = TestEnvironments.Keypoints();
        var expected = new Expected(golden);
        long[] seeds = golden.Read<long>("seed");
        for (int i = 0; i < seeds.Length; i++)
        {
            environment.Reset(TestEnvironments.Episode(seeds[i]));
            expected.AssertEqual(i, environment, $"seed {seeds[i]}");
        }
    }

    [Fact]
    public void A_generator_draws_the_states_of_consecutive_resets()
    {
        using var golden = Goldens.Open("pusht/resets.safetensors");
        using var environment = TestEnvironments.Keypoints();
        long[] seeds = golden.Read<long>("seed");
        double[] draws = golden.Read<double>("draw");
        double[][] states = [golden.Read<double>("state"), golden.Read<double>("second_reset_state"), golden.Read<double>("third_reset_state")];
        for (int i = 0; i < seeds.Length; i++)
        {
            var generator = Generator.DefaultRng((ulong)seeds[i]);
            for (int reset = 0; reset < states.Length; reset++)
            {
                var initial = InitialState.Draw(generator);
                if (reset == 0)
                    Assert.Equal(TestEnvironments.Initial(TestEnvironments.Row(draws, i, 5)), initial);
                environment.Reset(initial);
                Equal.BitForBit(TestEnvironments.Row(states[reset], i, 10), environment.State(), $"seed {seeds[i]}, reset {reset}: state");
            }
        }
    }

    [Fact]
    public void A_reset_to_a_state_gives_the_references_state_bit_for_bit()
    {
        using var golden = Goldens.Open("pusht/resets_to_state.safetensors");
        using var environment = TestEnvironments.Keypoints();
        var expected = new Expected(golden);
        double[] initial = golden.Read<double>("reset_to_state");
        for (int i = 0; i < initial.Length / 5; i++)
        {
            environment.Reset(TestEnvironments.Initial(TestEnvironments.Row(initial, i, 5)));
            expected.AssertEqual(i, environment, $"row {i}");
        }
    }

    [Fact]
    public void A_negative_seed_is_rejected()
    {
        using var environment = TestEnvironments.Keypoints();
        var e = Assert.Throws<EvalCoreException>(() => environment.Reset(TestEnvironments.Episode(-1)));
        Assert.Equal("--seed=-1: a seed is 0 or more", e.Message);
    }

    [Fact]
    public void A_stored_state_is_restored()
    {
        using var environment = TestEnvironments.Keypoints();
        environment.Reset(TestEnvironments.Episode(3));
        var state = new SimulatorState(environment.StateFields);
        double[] stored = [100, 200, 3, -4, 250.5, 260.25, 7, 8, 2.5, -0.5];
        stored.CopyTo(state[0]);
        environment.SetState(state);
        double[] read = environment.State();
        for (int i = 0; i < stored.Length; i++)
        {
            // The block's position is stored as its centre of gravity: adding and taking off the offset may round.
            Assert.Equal(stored[i], read[i], 1e-12);
        }
    }

    /// <summary>What the reference recorded after each reset.</summary>
    private sealed class Expected(SafetensorsFile golden)
    {
        private readonly double[] _states = golden.Read<double>("state");
        private readonly double[] _keypoints = golden.Read<double>("keypoints");
        private readonly double[] _observed = golden.Read<double>("obs_state");
        private readonly double[] _coverage = golden.Read<double>("coverage");
        private readonly long[] _points = golden.Read<long>("n_contact_points_raw");
        private readonly long[] _contacts = golden.Read<long>("n_contacts");

        public void AssertEqual(int row, PushTEnvironment environment, string what)
        {
            Equal.BitForBit(TestEnvironments.Row(_states, row, 10), environment.State(), $"{what}: state");
            Equal.BitForBit(TestEnvironments.Row(_keypoints, row, 16), environment.KeypointsOf(), $"{what}: keypoints");
            Equal.BitForBit(TestEnvironments.Row(_observed, row, 5), environment.ObservedState(), $"{what}: observed state");
            Equal.Area(_coverage[row], environment.Coverage, $"{what}: coverage");
            Assert.Equal(_points[row], environment.ContactPoints);
            Assert.Equal(_contacts[row], environment.Contacts);
        }
    }
}
