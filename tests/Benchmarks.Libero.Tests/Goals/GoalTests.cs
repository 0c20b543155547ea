using System.Text.Json;
using Benchmarks.Libero.Goals;
using Benchmarks.Libero.Resets;
using Benchmarks.Libero.Scenes;
using Benchmarks.Libero.Tests.Resets;
using Benchmarks.MuJoCo;
using EvalCore;
using EvalCore.Tests;
using MuJoCo;

namespace Benchmarks.Libero.Tests.Goals;

/// <summary>Goals: LIBERO's verdicts on goal states and on states just within and beyond each bound, and what is refused.</summary>
public sealed class GoalTests
{
    /// <summary>The verdict of every recorded case of a task.</summary>
    internal static void AssertRecordedVerdicts(GoldenTask task, MjModel model)
    {
        var (suite, id) = (task.Suite, task.TaskId);
        using var recorded = Goldens.Open($"libero/success/{suite}.safetensors");
        using var document = JsonDocument.Parse(File.ReadAllBytes(Goldens.Find($"libero/success/{suite}.json")));
        var cases = document.RootElement.GetProperty("tasks").GetProperty($"{id}").GetProperty("cases").EnumerateArray().Select(x => x.GetString()).ToList();
        var scene = task.Compose();
        using var data = new MjData(model);
        PlaceFixtures(task, scene, data);
        var goal = new Goal(scene, model);
        var qpos = recorded.Span<double>($"{id}.qpos");
        var qvel = recorded.Span<double>($"{id}.qvel");
        var conjuncts = recorded.Span<byte>($"{id}.conjuncts");
        var success = recorded.Span<byte>($"{id}.success");
        Assert.Equal(success.Length, cases.Count);
        byte[] evaluated = new byte[goal.Count];
        for (int i = 0; i < success.Length; i++)
        {
            data.Reset();
            qpos.Slice(i * model.nq, model.nq).CopyTo(data.qpos);
            qvel.Slice(i * model.nv, model.nv).CopyTo(data.qvel);
            data.Forward();
            bool all = goal.Evaluate(data, evaluated);
            Assert.True(
                conjuncts.Slice(i * goal.Count, goal.Count).SequenceEqual(evaluated) && all == (success[i] == 1),
                $"{task}, {cases[i]}: [{string.Join(", ", evaluated)}], recorded [{string.Join(", ", conjuncts.Slice(i * goal.Count, goal.Count).ToArray())}]");
        }

        Assert.Equal(0, Allocated.By(() => goal.Evaluate(data, evaluated)));
    }

    private static void PlaceFixtures(GoldenTask task, Scene scene, MjData data) => new ScenePoses(scene, data).Place(
    [
        .. RecordedReset.Of(task).FixturePoses.Select(pose => new Placement(
            scene.Instances.Single(instance => instance.Name == pose.Name), Vec3.From(pose.Pose), Quat.From(pose.Pose.AsSpan(3)))),
    ]);

    [Theory]
    [InlineData("(in plate_1 plate_2)", "")]
    [InlineData("(on plate_1 kitchen_table_bare)", "the model has no site 'kitchen_table_bare': it must be a region with :ranges on the workspace, or a site of an instance's model")]
    [InlineData("(open plate_1)", "'plate' has no state 'open'")]
    [InlineData("(close flat_stove_1)", "'flat_stove' has no state 'close'")]
    [InlineData("(turnon wooden_cabinet_1)", "'wooden_cabinet' has no state 'turnon'")]
    [InlineData("(turnoff wooden_cabinet_1_top_region)", "'wooden_cabinet_1_top_region' is a region; 'turnoff' takes an instance")]
    [InlineData("(open kitchen_table_left)", "'kitchen_table_left' is not an object or fixture on the workspace")]
    public void A_predicate_without_meaning_is_refused(string goal, string problem)
    {
        global::MuJoCo.Tests.Machine.NeedsMujoco();
        var e = Assert.Throws<EvalCoreException>(() =>
        {
            var scene = SmallScene.With(goal: goal);
            using var model = scene.Compile();
            _ = new Goal(scene, model);
        });
        Assert.StartsWith("x.bddl: line 10, column ", e.Message, StringComparison.Ordinal);
        Assert.EndsWith(problem, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Predicates_read_the_simulation_as_it_stands()
    {
        global::MuJoCo.Tests.Machine.NeedsMujoco();
        var scene = SmallScene.With(goal:
            "(on plate_1 plate_2) (on plate_1 kitchen_table_left) (open wooden_cabinet_1) (close wooden_cabinet_1) (close wooden_cabinet_1_top_side) (open wooden_cabinet_1_top_side) "
            + "(turnon flat_stove_1) (turnoff flat_stove_1) (up plate_1) (up wooden_cabinet_1_top_side) (true plate_1) (false plate_1)");
        using var model = scene.Compile();
        using var data = new MjData(model);
        var goal = new Goal(scene, model);
        Assert.Equal(12, goal.Count);

        // Plates side by side and touching, 1 m high; the drawer pulled out, the stove turned on.
        Place("plate_1", new(0, 0, 1.0625));
        Place("plate_2", new(.0299, 0, 1.0625));
        Place("ketchup_1", new(5, 5, 5));
        data.qpos[data.Joint("wooden_cabinet_1_top_level").QposAddress] = -0.1401;
        data.qpos[data.Joint("flat_stove_1_button").QposAddress] = 0.5;
        data.Forward();
        AssertConditions(1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0);

        // Joints count at once, bodies and contacts after the next forward pass.
        Place("plate_1", new(0, 0, 0.9999));
        data.qpos[data.Joint("wooden_cabinet_1_top_level").QposAddress] = 1e-9;
        data.qpos[data.Joint("flat_stove_1_button").QposAddress] = -1e-9;
        AssertConditions(1, 1, 0, 1, 1, 0, 0, 1, 1, 1, 1, 0);
        data.Forward();
        AssertConditions(0, 0, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0);

        data.qpos[data.Joint("wooden_cabinet_1_top_level").QposAddress] = 0;
        data.qpos[data.Joint("flat_stove_1_button").QposAddress] = 0;
        AssertConditions(0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0);

        void Place(string name, Vec3 position) => position.CopyTo(data.qpos[data.Joint($"{name}_joint0").QposAddress..]);

        void AssertConditions(params byte[] expected)
        {
            byte[] conjuncts = new byte[goal.Count];
            Assert.False(goal.Evaluate(data, conjuncts));
            Assert.Equal(expected, conjuncts);
        }
    }
}
