using Benchmarks.PushT.Physics;
using EvalCore;
using EvalCore.Environments;
using EvalCore.Numerics;
using EvalCore.Tests;

namespace Benchmarks.PushT.Tests;

public sealed class ResetTests
{
    [Fact]
    public void A_reset_with_a_seed_gives_the_references_state_bit_for_bit()
    {
        using var golden = Goldens.Open("pusht/resets.safetensors");
        using var environment = World.Keypoints();
        long[] seeds = golden.Read<long>("seed");
        double[] states = golden.Read<double>("state");
        double[] keypoints = golden.Read<double>("keypoints");
        double[] observed = golden.Read<double>("obs_state");
        double[] coverage = golden.Read<double>("coverage");
        long[] points = golden.Read<long>("n_contact_points_raw");
        long[] contacts = golden.Read<long>("n_contacts");
        for (int i = 0; i < seeds.Length; i++)
        {
            environment.Reset(World.Episode(seeds[i]));
            Equal.BitForBit(World.Row(states, i, 10), environment.State(), $"seed {seeds[i]}: state");
            Equal.BitForBit(World.Row(keypoints, i, 16), environment.KeypointsOf(), $"seed {seeds[i]}: keypoints");
            Equal.BitForBit(World.Row(observed, i, 5), environment.ObservedState(), $"seed {seeds[i]}: observed state");
            Equal.Area(coverage[i], environment.Coverage, $"seed {seeds[i]}: coverage");
            Assert.Equal(points[i], environment.ContactPoints);
            Assert.Equal(contacts[i], environment.Contacts);
        }
    }

    [Fact]
    public void A_generator_that_goes_on_draws_the_states_of_the_next_resets()
    {
        using var golden = Goldens.Open("pusht/resets.safetensors");
        using var environment = World.Keypoints();
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
                    Assert.Equal(World.Initial(World.Row(draws, i, 5)), initial);
                environment.Reset(initial);
                Equal.BitForBit(World.Row(states[reset], i, 10), environment.State(), $"seed {seeds[i]}, reset {reset}: state");
            }
        }
    }

    [Fact]
    public void A_reset_to_a_state_gives_the_references_state_bit_for_bit()
    {
        using var golden = Goldens.Open("pusht/resets_to_state.safetensors");
        using var environment = World.Keypoints();
        double[] initial = golden.Read<double>("reset_to_state");
        double[] states = golden.Read<double>("state");
        double[] keypoints = golden.Read<double>("keypoints");
        double[] observed = golden.Read<double>("obs_state");
        double[] coverage = golden.Read<double>("coverage");
        long[] points = golden.Read<long>("n_contact_points_raw");
        long[] contacts = golden.Read<long>("n_contacts");
        for (int i = 0; i < coverage.Length; i++)
        {
            environment.Reset(World.Initial(World.Row(initial, i, 5)));
            Equal.BitForBit(World.Row(states, i, 10), environment.State(), $"row {i}: state");
            Equal.BitForBit(World.Row(keypoints, i, 16), environment.KeypointsOf(), $"row {i}: keypoints");
            Equal.BitForBit(World.Row(observed, i, 5), environment.ObservedState(), $"row {i}: observed state");
            Equal.Area(coverage[i], environment.Coverage, $"row {i}: coverage");
            Assert.Equal(points[i], environment.ContactPoints);
            Assert.Equal(contacts[i], environment.Contacts);
        }
    }

    [Fact]
    public void A_negative_seed_is_refused()
    {
        using var environment = World.Keypoints();
        var e = Assert.Throws<OptionException>(() => environment.Reset(World.Episode(-1)));
        Assert.Equal("--seed=-1: a seed is 0 or more", e.Message);
    }

    [Fact]
    public void A_stored_state_is_restored()
    {
        using var environment = World.Keypoints();
        environment.Reset(World.Episode(3));
        var state = new Observation(environment.StateSpace);
        double[] stored = [100, 200, 3, -4, 250.5, 260.25, 7, 8, 2.5, -0.5];
        stored.CopyTo(state.Vector(0));
        environment.SetState(state);
        double[] read = environment.State();
        for (int i = 0; i < stored.Length; i++)
        {
            // The block's position is stored as its centre of gravity: adding and taking off the offset may round.
            Assert.Equal(stored[i], read[i], 1e-12);
        }
    }
}
