using EvalCore.Replays;
using Safetensors;

namespace EvalCore.Tests.Replays;

/// <summary>Replays of an environment with initial states, goal conditions and two images.</summary>
public sealed class ReplayTests : IDisposable
{
    private const int Conditions = 3;

    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    private string Actions => Path.Combine(_folder, "actions.safetensors");

    private string Trace => Path.Combine(_folder, "trace.safetensors");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(40)]
    public void Row_0_is_the_state_after_the_reset_to_the_initial_state(int steps)
    {
        using var trace = Play(steps, initState: 7);
        Assert.Equal([steps], trace["reward"].Shape);
        Assert.Equal([steps], trace["success"].Shape);
        Assert.Equal([steps], trace["terminated"].Shape);
        Assert.Equal([steps + 1, 1], trace["state"].Shape);
        Assert.Equal([steps + 1, Conditions], trace["conjuncts"].Shape);

        double[] state = trace.Read<double>("state");
        Assert.Equal(0.7, state[0]);
        Assert.Equal(trace.Read<double>("reward"), state[1..]);
        byte[] conjuncts = trace.Read<byte>("conjuncts");
        Assert.Equal([1, 1, 0], conjuncts[..Conditions]);
        for (int row = 0; row <= steps; row++)
        {
            for (int i = 0; i < Conditions; i++)
                Assert.Equal(state[row] > (i + 1.0) / Conditions ? 1 : 0, conjuncts[row * Conditions + i]);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Both_images_are_observed_in_every_row(int steps)
    {
        using var trace = Play(steps, initState: 0, observe: true);
        Assert.Equal([steps + 1, 2], trace["obs.observation.state"].Shape);
        Assert.Equal([steps + 1, 4, 6, 3], trace["obs_u8.observation.images.image"].Shape);
        Assert.Equal([steps + 1, 2, 3, 3], trace["obs_u8.observation.images.image2"].Shape);
        byte[] first = trace.Read<byte>("obs_u8.observation.images.image"), second = trace.Read<byte>("obs_u8.observation.images.image2");
        for (int row = 0; row <= steps; row++)
        {
            Assert.All(first[(row * 72)..(row * 72 + 72)], value => Assert.Equal(10 + row, value));
            Assert.All(second[(row * 18)..(row * 18 + 18)], value => Assert.Equal(20 + row, value));
        }
    }

    [Fact]
    public void A_stored_state_replaces_the_initial_state_in_row_0()
    {
        string stored = Path.Combine(_folder, "state.safetensors");
        new SafetensorsWriter().Add<double>("state", [0.4], 1).Save(stored);
        using var trace = Play(steps: 2, initState: 7, from: stored);
        Assert.Equal(0.4, trace.Read<double>("state")[0]);
        Assert.Equal([1, 0, 0], trace.Read<byte>("conjuncts")[..Conditions]);
    }

    [Theory]
    [InlineData(10, 10, "--env.init_state_id: 10 is out of range; right has initial states 0 to 9")]
    [InlineData(null, 1, "--env.init_state_id: right starts from no stored initial state with these flags; leave it out")]
    public void An_initial_state_that_there_is_not_is_refused(int? count, int given, string error) => Assert.Equal(
        error, Assert.Throws<EvalCoreException>(() => Play(steps: 1, given, initStates: count)).Message);

    private SafetensorsFile Play(int steps, int initState, bool observe = false, string? from = null, int? initStates = 10)
    {
        new SafetensorsWriter().Add<double>("action", [.. Enumerable.Range(0, steps).Select(i => Math.Sin(i))], steps, 1).Save(Actions);
        var env = new WalkConfig { Task = "right", Conditions = Conditions, InitStates = initStates, Images = true };
        var summary = Replay.Run(new ReplayOptions(env, Actions, Trace) { Seed = 5, InitStateId = initState, Observe = observe, From = from });
        Assert.Equal(steps, summary.Steps);
        return SafetensorsFile.Open(Trace);
    }
}
