namespace MuJoCo.Tests;

/// <summary>Copies of a model that share its assets.</summary>
public sealed class SharingCopyTests
{
    private const string Xml =
        """
        <mujoco>
          <asset><mesh name="wedge" vertex="0 0 0  1 0 0  0 1 0  0 0 1  1 1 1"/></asset>
          <worldbody>
            <geom type="plane" size="5 5 1"/>
            <body name="wedge" pos="0 0 1"><freejoint/><geom name="wedge" type="mesh" mesh="wedge"/></body>
            <body name="post" pos="2 0 1"><geom size="0.2"/></body>
          </worldbody>
        </mujoco>
        """;

    [Fact]
    public void It_has_the_meshes_of_the_original_and_arrays_of_its_own()
    {
        Machine.NeedsMujoco();
        using var model = MjModel.FromXml(Xml);
        using var copy = model.CopySharingAssets();
        Assert.Equal(model.ToBytes(), copy.ToBytes());
        Assert.True(model.mesh_vert == copy.mesh_vert);
        Assert.False(model.body_pos == copy.body_pos);
        copy.body_pos[3 * copy.Id(mjtObj.mjOBJ_BODY, "post")] = 3;
        copy.opt.timestep = 0.001;
        Assert.Equal(2, model.body_pos[3 * model.Id(mjtObj.mjOBJ_BODY, "post")]);
        Assert.Equal(0.002, model.opt.timestep);
    }

    [Fact]
    public void It_simulates_as_a_whole_copy()
    {
        Machine.NeedsMujoco();
        using var model = MjModel.FromXml(Xml);
        using var whole = model.Copy();
        using var sharing = model.CopySharingAssets();
        Assert.Equal(Fall(whole), Fall(sharing));
    }

    [Fact]
    public void It_outlives_the_original_and_can_be_copied_itself()
    {
        Machine.NeedsMujoco();
        var model = MjModel.FromXml(Xml);
        double[] expected = Fall(model);
        var sharing = model.CopySharingAssets();
        model.Dispose();
        using var again = sharing.CopySharingAssets();
        sharing.body_pos[3 * sharing.Id(mjtObj.mjOBJ_BODY, "post")] = 3;
        using var whole = sharing.Copy();
        Assert.Equal(sharing.ToBytes(), whole.ToBytes());
        sharing.Dispose();
        Assert.Equal(expected, Fall(again));
        Assert.Equal(3, whole.body_pos[3 * whole.Id(mjtObj.mjOBJ_BODY, "post")]);
        Assert.Equal(expected, Fall(whole));
    }

    private static double[] Fall(MjModel model)
    {
        using var data = new MjData(model);
        data.Step(1000);
        Assert.True(data.ncon > 0);
        return data.qpos.ToArray();
    }
}
