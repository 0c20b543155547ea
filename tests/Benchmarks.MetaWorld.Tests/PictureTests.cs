using System.Security.Cryptography;
using System.Text.Json;
using Benchmarks.MetaWorld.Tasks;
using EvalCore.Environments;
using EvalCore.Tests;
using MuJoCo;

namespace Benchmarks.MetaWorld.Tests;

/// <summary>
/// The observation's picture against those the original rendered, by llvmpipe of Mesa 22.3. There it is the same to
/// the last byte; elsewhere 99.9 % of the bytes are at most one level apart.
/// </summary>
public sealed class PictureTests
{
    private static readonly ObservationSpace Picture = MetaWorldObservation.Of("pixels").Select([MetaWorldObservation.Image]);

    public static TheoryData<string> Tasks => [.. Catalog.All.Select(task => task.Name)];

    [Theory, MemberData(nameof(Tasks))]
    public void A_picture_is_the_recorded_one(string task)
    {
        Machine.NeedsPictures();
        using var index = JsonDocument.Parse(File.ReadAllText(Goldens.Find("metaworld/images/images.json")));
        using var env = new MetaWorldEnvironment(task);
        var observation = new Observation(Picture);
        foreach (var image in index.RootElement.GetProperty("images").EnumerateArray().Where(i => i.GetProperty("task").GetString() == task))
        {
            Play(env, image.GetProperty("seed").GetInt64(), image.GetProperty("step").GetInt32());
            env.Observe(observation);
            AssertRecorded(image, observation.Image(0));
        }
    }

    [Fact]
    public void Environments_of_several_tasks_render_in_turn()
    {
        Machine.NeedsPictures();
        string[] tasks = ["drawer-open-v3", "window-open-v3", "soccer-v3"];
        var observation = new Observation(Picture);
        byte[][] alone = [.. tasks.Select(task =>
        {
            using var env = new MetaWorldEnvironment(task);
            Play(env, 1000, 2);
            env.Observe(observation);
            return observation.Image(0).ToArray();
        })];

        MetaWorldEnvironment[] envs = [.. tasks.Select(task => new MetaWorldEnvironment(task))];
        foreach (var env in envs)
            Play(env, 1000, 2);
        for (int round = 0; round < 2; round++)
        {
            for (int i = 0; i < envs.Length; i++)
            {
                envs[i].Observe(observation);
                Assert.True(observation.Image(0).SequenceEqual(alone[i]), tasks[i]);
            }
        }

        foreach (var env in envs)
            env.Dispose();
    }

    [Fact]
    public void A_frame_drawn_from_a_snapshot_is_the_picture_of_that_moment()
    {
        Machine.NeedsPictures();
        using var env = new MetaWorldEnvironment("drawer-open-v3");
        using var smooth = new MetaWorldRenderer("drawer-open-v3", asObserved: true);
        using var video = new MetaWorldRenderer("drawer-open-v3");
        double[] snapshot = new double[env.SnapshotLength];
        byte[] frame = new byte[3 * smooth.Width * smooth.Height];
        var observation = new Observation(Picture);
        foreach (int steps in (int[])[0, 5])
        {
            Play(env, 1000, steps);
            env.Observe(observation);
            env.Snapshot(snapshot);
            smooth.Render(snapshot, frame);
            Assert.True(observation.Image(0).SequenceEqual(frame), $"step {steps}");

            // Without multisampling edges differ, those of shadows too, and nothing else.
            video.Render(snapshot, frame);
            int different = 0;
            for (int i = 0; i < frame.Length; i++)
                different += Math.Abs(frame[i] - observation.Image(0)[i]) > 8 ? 1 : 0;
            Assert.InRange(different, 1, frame.Length / 20);
        }
    }

    /// <summary>The state after some steps of the expert, past success too.</summary>
    private static void Play(MetaWorldEnvironment env, long seed, int steps)
    {
        double[] action = new double[4];
        env.Reset(Episode.Of(env.Task.Info.Name, seed));
        for (int t = 0; t < steps; t++)
        {
            MetaWorldExpert.Act(env.Task.Info.Expert, env.Observation, action);
            env.Step(action);
        }
    }

    internal static void AssertRecorded(JsonElement image, ReadOnlySpan<byte> picture)
    {
        string name = image.GetProperty("file").GetString()!;
        if (IsSameRenderer())
        {
            Assert.Equal((name, image.GetProperty("rgb_sha256").GetString()), (name, Convert.ToHexStringLower(SHA256.HashData(picture))));
            return;
        }

        byte[] recorded = Png.Read(Goldens.Find($"metaworld/images/{name}"));
        int apart = 0;
        for (int i = 0; i < recorded.Length; i++)
            apart += Math.Abs(recorded[i] - picture[i]) > 1 ? 1 : 0;
        Assert.True(apart <= recorded.Length / 1000, $"{name}: {apart} of {recorded.Length} bytes are more than one level apart");
    }

    private static bool IsSameRenderer()
    {
        string device = Renderer.Device;
        return device.Contains("llvmpipe", StringComparison.Ordinal) && device.Contains("Mesa 22.3", StringComparison.Ordinal);
    }
}
