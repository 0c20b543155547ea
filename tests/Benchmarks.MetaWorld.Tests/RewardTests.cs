using EvalCore.Replays;
using EvalCore.Tests;
using Safetensors;

namespace Benchmarks.MetaWorld.Tests;

/// <summary>
/// Rewards of the original, recorded where float64 or a product instead of <c>pow</c> gave other numbers; numpy ran without
/// its AVX-512 functions.
/// </summary>
public sealed class RewardTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-rewards-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("dial-turn-v3", 50005)]
    [InlineData("plate-slide-side-v3", 3)]
    public void Rewards_are_the_recorded_ones_bit_for_bit(string task, long seed)
    {
        Machine.NeedsMetaWorld();
        string file = Goldens.Find($"metaworld/rewards-{task}.safetensors");
        using var golden = SafetensorsFile.Open(file);
        Assert.Equal(golden.Read<double>("peer_reward"), Play(task, seed, $"{file}:action").Read<double>("reward"));
    }

    /// <summary>A reward's terms are float32 only where the action is.</summary>
    [Fact]
    public void Float64_actions_are_not_rounded()
    {
        Machine.NeedsMetaWorld();
        double[] actions = [0.1, -0.2, 0.3, 0.4];
        new SafetensorsWriter().Add<double>("action", actions, 1, 4).Save(In("double"));
        new SafetensorsWriter().Add<float>("action", Array.ConvertAll(actions, a => (float)a), 1, 4).Save(In("single"));
        double[] start, wide, narrow;
        using (var trace = Play("reach-v3", 3, In("double")))
            (start, wide) = (trace.Read<double>("mocap_pos")[..3], trace.Read<double>("mocap_pos")[3..]);
        using (var trace = Play("reach-v3", 3, In("single")))
            narrow = trace.Read<double>("mocap_pos")[3..];

        Assert.Equal([start[0] + 0.1 * 0.01, start[1] + -0.2 * 0.01, start[2] + 0.3 * 0.01], wide);
        Assert.Equal([start[0] + 0.1f * 0.01f, start[1] + -0.2f * 0.01f, start[2] + 0.3f * 0.01f], narrow);
        Assert.NotEqual(narrow, wide);
    }

    private SafetensorsFile Play(string task, long seed, string actions)
    {
        string trace = In(Guid.NewGuid().ToString("N"));
        Replay.Run(new ReplayOptions(new MetaWorldConfig { Task = task }, actions, trace) { Seed = seed });
        return SafetensorsFile.Open(trace);
    }

    private string In(string name) => Path.Combine(_folder, $"{name}.safetensors");
}
