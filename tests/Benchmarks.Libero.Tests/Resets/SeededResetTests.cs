using System.Text.Json;
using Benchmarks.Libero.Resets;
using EvalCore.Tests;
using MuJoCo;

namespace Benchmarks.Libero.Tests.Resets;

/// <summary>The seeded reset against the recorded ones of all tasks. Everything is equal bit for bit.</summary>
public sealed class SeededResetTests
{
    private static readonly double[] Robot = [0, -1.61037389e-01, 0, -2.44459747e+00, 0, 2.22675220e+00, Math.PI / 4, 0.020833, -0.020833];

    /// <summary>
    /// The tasks with an object on or in a region of a fixture, or on another object. Their models must be compiled, which takes
    /// seconds: without <c>EVALCORE_LONG</c>, one that has a drawer, a rotated fixture and both predicates.
    /// </summary>
    private static readonly string[] Conditional =
    [
        "libero_spatial/3", "libero_spatial/4", "libero_spatial/5", "libero_spatial/6", "libero_spatial/7", "libero_spatial/9",
        "libero_90/35", "libero_90/36", "libero_90/37",
    ];

    private static readonly string[] CompiledAlways = ["libero_spatial/4"];

    [Theory]
    [InlineData("libero_spatial", 20)]
    [InlineData("libero_object", 0)]
    [InlineData("libero_goal", 30)]
    [InlineData("libero_10", 6)]
    [InlineData("libero_90", 75)]
    public void Fixtures_stand_where_the_recorded_reset_put_them(string suite, int fixtures)
    {
        Machine.NeedsFiles();
        int poses = 0;
        foreach (var task in GoldenTask.Of(suite))
        {
            var recorded = RecordedReset.Of(task).FixturePoses;
            AssertPoses($"{task}", recorded, new SeededReset(task.Compose()).FixturePoses(RecordedReset.Seed, 1));
            poses += recorded.Count;
        }

        Assert.Equal(fixtures, poses);
    }

    [Fact]
    public void Later_resets_of_an_environment_are_the_recorded_ones()
    {
        Machine.NeedsFiles();
        using var document = JsonDocument.Parse(File.ReadAllBytes(Goldens.Find("libero/inits/multi_reset.json")));
        int resets = 0;
        foreach (var entry in document.RootElement.EnumerateObject())
        {
            var reset = new SeededReset(Get(entry.Name).Compose());
            foreach (var recorded in entry.Value.EnumerateArray())
            {
                int number = recorded.GetProperty("reset").GetInt32();
                AssertPoses(
                    $"{entry.Name}, reset {number}",
                    RecordedReset.Poses(recorded.GetProperty("fixture_pose")),
                    reset.FixturePoses(recorded.GetProperty("seed").GetInt64(), number));
                resets++;
            }
        }

        Assert.Equal(25, resets);
    }

    [Fact]
    public void Every_draw_is_the_recorded_one()
    {
        Machine.NeedsLibero();
        int tasks = 0;
        foreach (string file in Directory.GetFiles(Goldens.Find("libero/rng"), "*.json"))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var entry in document.RootElement.EnumerateObject())
            {
                var task = Get($"{Path.GetFileNameWithoutExtension(file)}/{entry.Name}");
                var draws = new List<NumpyDraw>();
                Sample(task, draws.Add);
                Assert.Equal(entry.Value.GetArrayLength(), draws.Count);
                foreach (var (recorded, draw) in entry.Value.EnumerateArray().Zip(draws))
                    AssertDraw($"{task}", recorded, draw);
                tasks++;
            }
        }

        Assert.Equal(15, tasks);
    }

    [Theory]
    [MemberData(nameof(EveryTaskTests.Suites), MemberType = typeof(EveryTaskTests))]
    public void Objects_and_joints_are_where_the_recorded_reset_put_them(string suite)
    {
        Machine.NeedsFiles();
        foreach (var task in GoldenTask.Of(suite).Where(task => !Conditional.Contains($"{task}")))
        {
            // These tasks need no simulation: nothing is placed on a site. Joints follow objects in qpos.
            var scene = task.Compose();
            var state = new SeededReset(scene).Sample(RecordedReset.Seed, 1, null!);
            double[] qpos = RecordedReset.Of(task).Qpos;
            int address = Robot.Length;
            foreach (var instance in scene.Instances.Where(instance => !instance.IsFixture))
            {
                AssertPose($"{task}, {instance.Name}", qpos.AsSpan(address, 7), state.Placements.Single(placement => placement.Instance == instance));
                address += 7;
            }

            string[] joints = [.. scene.Instances.Where(instance => instance.IsFixture).SelectMany(instance => instance.Joints)];
            Assert.Equal(qpos.Length, address + joints.Length);
            for (int i = 0; i < joints.Length; i++)
            {
                double position = state.Joints.LastOrDefault(joint => joint.Joint == joints[i]).Position;
                Assert.True(qpos[address + i] == position, $"{task}, {joints[i]}: {position:R}, recorded {qpos[address + i]:R}");
            }
        }
    }

    [Fact]
    public void Objects_on_sites_and_on_objects_are_where_the_recorded_reset_put_them()
    {
        Machine.NeedsLibero();
        foreach (string name in LongRun.Is ? Conditional : CompiledAlways)
        {
            var task = Get(name);
            double[] recorded = RecordedReset.Of(task).Qpos;
            Sample(task, null, (data, _) =>
            {
                Robot.CopyTo(data.qpos);
                for (int i = 0; i < recorded.Length; i++)
                    Assert.True(recorded[i] == data.qpos[i], $"{task}, qpos {i}: {data.qpos[i]:R}, recorded {recorded[i]:R}");
            });
        }
    }

    [Fact]
    public void What_follows_the_fixtures_never_repeats_a_reset()
    {
        Machine.NeedsLibero();
        foreach (string name in LongRun.Is ? Conditional : CompiledAlways)
        {
            var scene = Get(name).Compose();
            var reset = new SeededReset(scene);
            using var model = scene.Compile();
            using var data = new MjData(model);
            var poses = new ScenePoses(scene, data);
            for (int k = 0; k < 200; k++)
            {
                var all = reset.Sample(RecordedReset.Seed + k, k + 1, poses).Placements;
                Assert.Equal(all.Where(placement => placement.Instance.IsFixture), reset.FixturePoses(RecordedReset.Seed + k, k + 1));
            }
        }
    }

    [Fact]
    public void A_later_reset_needs_no_reset_before_it()
    {
        Machine.NeedsFiles();
        var scene = Get("libero_10/3").Compose();
        var reset = new SeededReset(scene);
        var late = reset.FixturePoses(2000, 10001);
        reset.FixturePoses(1000, 1);
        Assert.Equal(late, reset.FixturePoses(2000, 10001));
        Assert.Equal(late, new SeededReset(scene).FixturePoses(2000, 10001));
        Assert.NotEqual(late, reset.FixturePoses(2000, 10000));
    }

    [Fact]
    public void The_number_of_resets_does_not_count_where_nothing_starts_opened_or_turned()
    {
        Machine.NeedsFiles();
        var reset = new SeededReset(Get("libero_spatial/0").Compose());
        Assert.Equal(reset.FixturePoses(5, 1), reset.FixturePoses(5, 1000));
        Assert.NotEqual(reset.FixturePoses(5, 1), reset.FixturePoses(6, 1));
    }

    private static GoldenTask Get(string name) => GoldenTask.All.Single(task => $"{task}" == name);

    /// <summary>Samples the reset of seed 1000 and sets it in a simulation, which is made only where sites count.</summary>
    private static void Sample(GoldenTask task, Action<NumpyDraw>? drawn, Action<MjData, SampledState>? check = null)
    {
        var scene = task.Compose();
        var reset = new SeededReset(scene) { Drawn = drawn };
        if (!Conditional.Contains($"{task}"))
        {
            reset.Sample(RecordedReset.Seed, 1, null!);
            return;
        }

        using var model = scene.Compile();
        using var data = new MjData(model);
        var poses = new ScenePoses(scene, data);
        var state = reset.Sample(RecordedReset.Seed, 1, poses);
        poses.Set(state);
        check?.Invoke(data, state);
    }

    private static void AssertPoses(string what, IReadOnlyList<(string Name, double[] Pose)> recorded, IReadOnlyList<Placement> placements)
    {
        Assert.Equal(recorded.Select(pose => pose.Name).Order(), placements.Select(placement => placement.Instance.Name).Order());
        foreach (var (name, pose) in recorded)
            AssertPose($"{what}, {name}", pose, placements.Single(placement => placement.Instance.Name == name));
    }

    private static void AssertPose(string what, ReadOnlySpan<double> recorded, Placement placement)
    {
        double[] pose = new double[7];
        placement.Position.CopyTo(pose);
        placement.Orientation.CopyTo(pose.AsSpan(3));
        for (int i = 0; i < 7; i++)
            Assert.True(recorded[i] == pose[i], $"{what}, {i}: {pose[i]:R}, recorded {recorded[i]:R}");
    }

    /// <summary>A recorded draw is [function, arguments, result], with named arguments as pairs.</summary>
    private static void AssertDraw(string what, JsonElement recorded, NumpyDraw draw)
    {
        Assert.Equal(recorded[0].GetString(), draw.Function);
        var arguments = recorded[1].EnumerateArray().ToList();
        if (draw.Function == "uniform")
        {
            var named = arguments.ToDictionary(argument => argument[0].GetString()!, argument => argument[1].GetDouble());
            Assert.True(named["low"] == draw.Low && named["high"] == draw.High, $"{what}: {draw}, recorded {recorded}");
        }
        else
        {
            Assert.Equal(Assert.Single(arguments).GetDouble(), draw.High);
        }

        double[] values = recorded[2].ValueKind == JsonValueKind.Array ? RecordedReset.Numbers(recorded[2]) : [recorded[2].GetDouble()];
        Assert.True(values.AsSpan().SequenceEqual(draw.Values.ToArray()), $"{what}: {draw}, recorded {recorded}");
    }
}
