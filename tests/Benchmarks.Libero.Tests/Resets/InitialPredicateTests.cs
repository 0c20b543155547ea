using Benchmarks.Libero.Objects;
using Benchmarks.Libero.Resets;
using Benchmarks.MuJoCo;
using EvalCore;
using MuJoCo;

namespace Benchmarks.Libero.Tests.Resets;

/// <summary>What initial predicates of a task of one's own may say, and what a reset makes of them.</summary>
public sealed class InitialPredicateTests
{
    private const string Cabinet = "(on wooden_cabinet_1 kitchen_table_left)";

    [Theory]
    [InlineData(-1), InlineData(4294967296), InlineData(long.MinValue)]
    public void An_impossible_seed_is_refused(long seed)
    {
        var reset = new SeededReset(SmallScene.With(Cabinet));
        var e = Assert.Throws<EvalCoreException>(() => reset.FixturePoses(seed, 1));
        Assert.Equal($"--seed={seed}: LIBERO's seed is a number from 0 to 4294967295", e.Message);
        Assert.Single(reset.FixturePoses(4294967295, 1));
    }

    [Theory]
    [InlineData("(on plate_1 kitchen_table_bare)", "the region 'kitchen_table_bare' has no :ranges to place it in")]
    [InlineData("(on plate_1 wooden_cabinet_1)", "name a region of 'wooden_cabinet_1', not 'wooden_cabinet_1' itself")]
    [InlineData("(in plate_1 kitchen_table_left)", "a region of the workspace has no inside; write 'on'")]
    [InlineData("(on plate_1 kitchen_table_left) (on plate_1 kitchen_table_left)", "'plate_1' is placed twice")]
    [InlineData("(on plate_1 kitchen_table_left) (on plate_1 plate_2)", "'plate_1' needs 'plate_2' to be placed by an earlier predicate")]
    [InlineData("(on plate_1 plate_1)", "'plate_1' needs 'plate_1' to be placed by an earlier predicate")]
    [InlineData("(in plate_1 wooden_cabinet_1_top_region)", "'plate_1' needs 'wooden_cabinet_1' to be placed by an earlier predicate")]
    [InlineData(Cabinet + " (on flat_stove_1 wooden_cabinet_1_top_side)", "a fixture can be placed on the workspace only")]
    [InlineData("(up plate_1)", "'up' cannot be an initial predicate (possible: on, in, open, close, turnon, turnoff)")]
    [InlineData("(open kitchen_table_left)", "'kitchen_table_left' is not an object or fixture on the workspace")]
    [InlineData("(open plate_1)", "'plate' has no state 'open' to start in")]
    [InlineData("(open flat_stove_1)", "'flat_stove' has no state 'open' to start in")]
    [InlineData("(turnon wooden_cabinet_1_top_region)", "'wooden_cabinet' has no state 'turnon' to start in")]
    public void What_cannot_be_made_true_is_refused(string init, string problem)
    {
        var e = Assert.Throws<EvalCoreException>(() => new SeededReset(SmallScene.With(init)));
        Assert.StartsWith("x.bddl: line 9, column ", e.Message, StringComparison.Ordinal);
        Assert.EndsWith($": {problem}", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Regions_without_room_are_refused_after_some_resets()
    {
        // A plate takes 5 cm, and the rectangle has 2.
        var reset = new SeededReset(SmallScene.With("(on plate_1 kitchen_table_left) (on plate_2 kitchen_table_left)"));
        var e = Assert.Throws<EvalCoreException>(() => reset.FixturePoses(0, 1));
        Assert.Equal(
            "--seed=0: the objects of the task do not fit into their initial regions, in 20 resets with 5000 tries for each object; make the regions larger or move them apart",
            e.Message);
    }

    [Fact]
    public void A_repeated_reset_goes_on_with_the_generator_and_one_more_draw()
    {
        var draws = new List<NumpyDraw>();
        var reset = new SeededReset(SmallScene.With("(turnon flat_stove_1) (on plate_1 kitchen_table_left) (on plate_2 kitchen_table_left)")) { Drawn = draws.Add };
        Assert.Throws<EvalCoreException>(() => reset.FixturePoses(0, 7));
        int[] begins = [.. draws.Index().Where(draw => draw.Item.Function == "randn").Select(draw => draw.Index)];
        Assert.Equal(20, begins.Length);
        Assert.Equal([.. Enumerable.Range(9, 20)], begins.Select(begin => draws.Skip(begin + 1).TakeWhile(draw => draw is { Function: "uniform", High: 2.1 }).Count()));
        Assert.NotEqual(draws[begins[0]].Values, draws[begins[1]].Values);
    }

    [Fact]
    public void Objects_are_placed_on_regions_and_on_each_other()
    {
        global::MuJoCo.Tests.Machine.NeedsMujoco();
        var scene = SmallScene.With($"(on plate_2 plate_1) (in ketchup_1 wooden_cabinet_1_top_region) (open wooden_cabinet_1_top_region) (on plate_1 wooden_cabinet_1_top_side) {Cabinet}");
        using var model = scene.Compile();
        using var data = new MjData(model);
        var poses = new ScenePoses(scene, data);
        var reset = new SeededReset(scene);
        var first = reset.Sample(3, 1, poses);
        poses.Set(first);
        data.Forward();
        Assert.Equal(["wooden_cabinet_1", "plate_1", "ketchup_1", "plate_2"], first.Placements.Select(placement => placement.Instance.Name));
        var (cabinet, plate, ketchup, stacked) = (first.Placements[0], first.Placements[1], first.Placements[2], first.Placements[3]);
        double drawer = Assert.Single(first.Joints).Position;
        Assert.InRange(drawer, -0.16, -0.14);
        Assert.Equal(drawer, data.Joint("wooden_cabinet_1_top_level").Position);

        // The position of the site before the cabinet is placed, turned by the cabinet and added to it: as in LIBERO.
        Assert.Equal(cabinet.Position, data.Body("wooden_cabinet_1_main").Position);
        double yaw = 2 * Math.Atan2(cabinet.Orientation.Z, cabinet.Orientation.W), x = 1 + .5 + drawer, y = 2;
        Assert.InRange(yaw, 0, 1);
        Assert.Equal(cabinet.Position.X + x * Math.Cos(yaw) - y * Math.Sin(yaw), ketchup.Position.X, 1e-6);
        Assert.Equal(cabinet.Position.Y + x * Math.Sin(yaw) + y * Math.Cos(yaw), ketchup.Position.Y, 1e-6);
        Assert.Equal(cabinet.Position.Z + 3 + .06, ketchup.Position.Z, 1e-6);
        Assert.InRange(plate.Position.X - (cabinet.Position.X + Math.Cos(yaw) - y * Math.Sin(yaw)), -.025001, .025001);
        Assert.InRange(plate.Position.Y - (cabinet.Position.Y + Math.Sin(yaw) + y * Math.Cos(yaw)), -.075001, .075001);
        Assert.Equal(cabinet.Position.Z + .04 + 3.1 + .06, plate.Position.Z, 1e-6);
        Assert.Equal(plate.Position with { Z = 0 }, stacked.Position with { Z = 0 });
        Assert.Equal(plate.Position.Z + .04 + .01 + .06, stacked.Position.Z, 1e-12);
        Assert.Equal(new Quat(.5, .5, .5, .5), ketchup.Orientation with { W = Math.Abs(ketchup.Orientation.W), X = Math.Abs(ketchup.Orientation.X), Y = Math.Abs(ketchup.Orientation.Y), Z = Math.Abs(ketchup.Orientation.Z) });

        // Nothing of a reset is left in the next one.
        reset.Sample(4, 2, poses);
        data.Reset();
        var again = reset.Sample(3, 1, poses);
        Assert.Equal(first.Placements, again.Placements);
        Assert.Equal(first.Joints, again.Joints);
    }

    [Fact]
    public void Each_category_of_the_published_tasks_has_a_rotation()
    {
        Machine.NeedsFiles();
        foreach (var task in GoldenTask.All)
            Assert.All(task.Read().Objects, instance => Assert.NotNull(ObjectRotation.Find(instance.Category)));
    }
}
