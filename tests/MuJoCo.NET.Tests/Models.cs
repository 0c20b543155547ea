namespace MuJoCo.Tests;

internal static class Models
{
    /// <summary>A box on a floor, an arm of two hinges with a motor and a site, a mocap body, two cameras.</summary>
    public const string Small = """
        <mujoco model="small">
          <compiler angle="radian"/>
          <option timestep="0.004" gravity="0 0 -9.5"/>
          <statistic extent="2" center="0 0 0.5"/>
          <visual><global offwidth="64" offheight="48"/></visual>
          <worldbody>
            <light pos="0 0 3"/>
            <camera name="front" pos="0 -2 0.7" xyaxes="1 0 0 0 0.3 1" fovy="50"/>
            <camera name="side" pos="2 0 0.5" xyaxes="0 1 0 -0.2 0 1"/>
            <geom name="floor" type="plane" size="2 2 0.1" rgba="0.4 0.5 0.6 1"/>
            <body name="box" pos="0 0 0.3">
              <freejoint name="free"/>
              <geom name="cube" type="box" size="0.1 0.1 0.1" mass="2" rgba="0.9 0.1 0.1 1"/>
            </body>
            <body name="upper" pos="0.5 0 0.6">
              <joint name="shoulder" axis="0 1 0" damping="0.1" range="-2 2" limited="true"/>
              <geom name="bone" type="capsule" fromto="0 0 0 0.3 0 0" size="0.03" mass="1"/>
              <body name="lower" pos="0.3 0 0">
                <joint name="elbow" axis="0 1 0"/>
                <geom type="capsule" fromto="0 0 0 0.2 0 0" size="0.02" mass="0.5"/>
                <site name="tip" pos="0.2 0 0"/>
              </body>
            </body>
            <body name="target" mocap="true" pos="0.1 0.2 0.3"/>
          </worldbody>
          <actuator><motor name="motor" joint="shoulder" ctrlrange="-1 1" ctrllimited="true"/></actuator>
          <keyframe><key name="bent" qpos="0 0 0.5 1 0 0 0 0.3 -0.4"/></keyframe>
        </mujoco>
        """;
}
