using System.Text.Json;
using EvalCore;
using EvalCore.Replays;
using Safetensors;
using EvalCore.Tests;

namespace Benchmarks.MetaWorld.Tests;

/// <summary><c>evalcore replay</c> on Meta-World: recorded actions, and recorded states.</summary>
public sealed class ReplayTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-replay-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("push-v3", "expert_s1000", 1000)]
    [InlineData("door-lock-v3", "random_s0", 0)]
    public void A_replayed_episode_is_the_references_bit_for_bit(string task, string episode, long seed)
    {
        Machine.NeedsMetaWorld();
        string file = Goldens.Find($"metaworld/{task}.safetensors");
        using var golden = SafetensorsFile.Open(file);
        var summary = Replay.Run(new ReplayOptions(new MetaWorldConfig { Task = task }, $"{file}:{episode}/action", In("trace")) { Seed = seed });

        using var trace = SafetensorsFile.Open(In("trace"));
        foreach (string state in (string[])["qpos", "qvel", "mocap_pos"])
            Assert.Equal(golden.Read<double>($"{episode}/{state}"), trace.Read<double>(state));
        Assert.Equal(golden.Read<double>($"{episode}/success"), trace.Read<byte>("success").Select(s => (double)s));
        double[] rewards = golden.Read<double>($"{episode}/reward");
        Assert.Equal(rewards.Length, summary.Steps);
        Assert.All(rewards.Zip(trace.Read<double>("reward")), pair => Assert.Equal(pair.First, pair.Second, 4e-15));
    }

    /// <summary>A replay that starts from a recorded state and plays nothing observes the image recorded there.</summary>
    [Fact]
    public void A_stored_state_is_observed_as_it_was_recorded()
    {
        const string Task = "drawer-open-v3";
        const int Row = 35;
        Machine.NeedsImages();
        using var index = JsonDocument.Parse(File.ReadAllText(Goldens.Find("metaworld/images/images.json")));
        var image = index.RootElement.GetProperty("images").EnumerateArray()
            .Single(i => i.GetProperty("task").GetString() == Task && i.GetProperty("step").GetInt32() == Row);
        using (var golden = Goldens.Open($"metaworld/{Task}.safetensors"))
        {
            var state = new SafetensorsWriter();
            foreach (string name in (string[])["qpos", "qvel", "mocap_pos"])
            {
                int length = (int)golden[$"expert_s1000/{name}"].Shape[1];
                state.Add(name, golden.Span<double>($"expert_s1000/{name}").Slice(Row * length, length), length);
            }

            state.Save(In("state"));
        }

        new SafetensorsWriter().Add<float>("action", [], 0, 4).Save(In("actions"));
        Replay.Run(new ReplayOptions(new MetaWorldConfig { Task = Task }, In("actions"), In("trace"))
        {
            From = In("state"),
            Observe = true,
        });

        using var trace = SafetensorsFile.Open(In("trace"));
        Assert.Equal([1, 480, 480, 3], trace["obs_u8.observation.image"].Shape);
        ImageTests.AssertRecorded(image, trace.Read<byte>("obs_u8.observation.image"));
    }

    [Fact]
    public void More_actions_than_an_episode_has_are_rejected()
    {
        Machine.NeedsMetaWorld();
        new SafetensorsWriter().Add<float>("action", new float[4 * 501], 501, 4).Save(In("actions"));
        var e = Assert.Throws<EvalCoreException>(() => Replay.Run(new ReplayOptions(new MetaWorldConfig { Task = "reach-v3" }, In("actions"), In("trace"))));
        Assert.Equal(
            $"--actions: {In("actions")}, tensor 'action', row 500: An episode of reach-v3 has 500 steps and must be reset after them", e.Message);
    }

    private string In(string name) => Path.Combine(_folder, $"{name}.safetensors");
}
