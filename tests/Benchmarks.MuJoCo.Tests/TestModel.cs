using EvalCore.Environments;
using MuJoCo;

namespace Benchmarks.MuJoCo.Tests;

/// <summary>A small model: a hinged arm with a box and a site at its end, a mocap body, a camera, a light.</summary>
internal static class TestModel
{
    private const string Xml = """
        <mujoco>
          <worldbody>
            <light name="lamp" pos="0 0 3"/>
            <camera name="front" pos="0 -3 0.5" euler="80 0 0"/>
            <camera name="top" pos="0 0 3"/>
            <body name="target" mocap="true" pos="1 1 1"/>
            <body name="arm" pos="0 0 0.5">
              <joint name="shoulder" type="hinge" axis="0 0 1"/>
              <geom name="link" type="capsule" fromto="0 0 0 0.4 0 0" size="0.04" rgba="0.2 0.4 0.9 1"/>
              <body name="hand" pos="0.5 0 0">
                <joint name="wrist" type="slide" axis="1 0 0"/>
                <geom name="box" type="box" size="0.1 0.05 0.05" rgba="0.9 0.3 0.1 1"/>
                <site name="tip" pos="0.1 0 0"/>
              </body>
            </body>
          </worldbody>
        </mujoco>
        """;

    public static EnvTask Task(string name) => new("toy", "toys", 0, name, "");

    public static MjModel Compile()
    {
        global::MuJoCo.Tests.Machine.NeedsMujoco();
        return MjModel.FromXml(Xml);
    }
}
