using Benchmarks.Libero.Bddl;
using Benchmarks.Libero.Scenes;

namespace Benchmarks.Libero.Tests;

/// <summary>A scene that needs no files: two plates, a cabinet with a drawer, a stove and a mug, made of spheres and boxes.</summary>
internal static class SmallScene
{
    private const string Mjcf =
        """
        <mujoco>
          <worldbody>
            <site name="kitchen_table_left" type="box" size=".1 .2 .007" pos="0 0 1"/>
            <body name="plate_1_main"><joint type="free" name="plate_1_joint0"/><geom name="plate_1_g0" size=".02"/></body>
            <body name="plate_2_main"><joint type="free" name="plate_2_joint0"/><geom name="plate_2_g0" size=".02"/></body>
            <body name="ketchup_1_main"><joint type="free" name="ketchup_1_joint0"/><geom name="ketchup_1_g0" size=".02"/></body>
            <body name="wooden_cabinet_1_main" pos="1 2 3">
              <geom name="wooden_cabinet_1_g0" type="box" size=".1 .1 .1"/>
              <site name="wooden_cabinet_1_top_side" type="box" size=".1 .2 .001" pos="0 0 .1"/>
              <body>
                <joint name="wooden_cabinet_1_top_level" type="slide" axis="1 0 0"/><geom name="wooden_cabinet_1_g1" size=".01"/>
                <site name="wooden_cabinet_1_top_region" type="box" size=".1 .1 .1" pos=".5 0 0"/>
              </body>
            </body>
            <body name="flat_stove_1_main"><joint name="flat_stove_1_button"/><geom name="flat_stove_1_g0" size=".01"/></body>
          </worldbody>
        </mujoco>
        """;

    /// <summary>Makes the scene with initial predicates and a goal.</summary>
    public static Scene With(string init = "", string goal = "(on plate_1 plate_2)")
    {
        var problem = BddlReader.Parse(
            $"""
            (define (problem libero_kitchen_tabletop_manipulation) (:domain robosuite)
            (:regions
              (left (:target kitchen_table) (:ranges ((0 0 0.02 0.02))) (:yaw_rotation ((1 0))))
              (bare (:target kitchen_table))
              (top_side (:target wooden_cabinet_1))
              (top_region (:target wooden_cabinet_1)))
            (:fixtures kitchen_table - kitchen_table wooden_cabinet_1 - wooden_cabinet flat_stove_1 - flat_stove)
            (:objects plate_1 plate_2 - plate ketchup_1 - ketchup)
            (:init {init})
            (:goal (and {goal})))
            """,
            "x.bddl");
        return new Scene
        {
            Problem = problem,
            Workspace = Workspace.All.Single(workspace => workspace.Domain == problem.Domain),
            Mjcf = Mjcf,
            Instances =
            [
                Instance("plate_1", "plate"), Instance("plate_2", "plate"), Instance("ketchup_1", "ketchup"),
                Instance("wooden_cabinet_1", "wooden_cabinet", "wooden_cabinet_1_top_level"), Instance("flat_stove_1", "flat_stove", "flat_stove_1_button"),
            ],
            Regions = new Dictionary<string, SceneRegion>
            {
                ["wooden_cabinet_1_top_side"] = new("wooden_cabinet_1_top_side", "wooden_cabinet_1", [], [.1, .2, .001]),
                ["wooden_cabinet_1_top_region"] = new("wooden_cabinet_1_top_region", "wooden_cabinet_1", ["wooden_cabinet_1_top_level"], [.1, .1, .1]),
            },
            LiberoFiles = [],
            RobosuiteFiles = [],
        };
    }

    private static SceneInstance Instance(string name, string category, params string[] joints) => new(name, category, joints.Length > 0)
    {
        ContactGeoms = [$"{name}_g0"],
        Joints = joints,
        Bottom = -0.06,
        Top = 0.04,
        Radius = 0.025,
    };
}
