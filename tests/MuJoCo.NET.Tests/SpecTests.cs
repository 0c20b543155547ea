namespace MuJoCo.Tests;

public sealed class SpecTests
{
    public SpecTests() => Machine.NeedsMujoco();

    [Fact]
    public void A_model_is_built_from_an_empty_specification()
    {
        using var spec = new MjSpec();
        spec.modelname = "made";
        spec.compiler.degree = 0;
        spec.compiler.meshdir = "meshes";
        Assert.Equal("meshes", spec.compiler.meshdir);
        spec.option.timestep = 0.01;
        var body = spec.AddBody(spec.WorldBody);
        body.Name = "ball";
        body.pos[2] = 1.5;
        var geom = spec.AddGeom(body);
        geom.type = mjtGeom.mjGEOM_SPHERE;
        geom.size[0] = 0.25;
        geom.mass = 3;
        var arm = spec.AddGeom(body);
        arm.type = mjtGeom.mjGEOM_CAPSULE;
        arm.size[0] = 0.1;
        arm.size[1] = 0.2;
        arm.mass = 0;
        arm.alt.type = mjtOrientation.mjORIENTATION_EULER;
        arm.alt.euler[0] = Math.PI / 2;
        spec.AddFreeJoint(body);
        using var model = spec.Compile();
        Assert.Equal(7, model.nq);
        Assert.Equal(0.01, model.opt.timestep);
        Assert.Equal(1.5, model.qpos0[2]);
        Assert.Equal(3, model.body_mass[model.Id(mjtObj.mjOBJ_BODY, "ball")], 1e-12);
        Assert.Equal(0.25, model.geom_size[0]);
        Assert.Equal(Math.Sqrt(0.5), model.geom_quat[4], 1e-12);
        Assert.Equal(Math.Sqrt(0.5), model.geom_quat[5], 1e-12);
    }

    [Fact]
    public void Elements_are_found_and_edited()
    {
        using var spec = MjSpec.FromXml(Models.Small);
        Assert.Equal("small", spec.modelname);
        Assert.Null(spec.FindBody("nothing"));
        Assert.Equal(["world", "box", "upper", "lower", "target"], spec.Names(mjtObj.mjOBJ_BODY));
        var box = spec.FindBody("box")!;
        Assert.Equal(0.3, box.pos[2]);
        box.pos[0] = 0.25;
        spec.FindGeom("cube")!.rgba[1] = 0.5f;
        spec.FindJoint("elbow")!.damping[0] = 0.75;
        spec.FindSite("tip")!.pos[0] = 0.3;
        spec.FindCamera("front")!.fovy = 33;
        spec.FindBody("target")!.Name = "goal";
        spec.Delete(spec.FindActuator("motor")!);
        spec.Delete(spec.FindKey("bent")!);
        using var model = spec.Compile();
        Assert.Equal(0.25, model.body_pos[3 * model.Id(mjtObj.mjOBJ_BODY, "box")]);
        Assert.Equal(0.5f, model.geom_rgba[4 * model.Id(mjtObj.mjOBJ_GEOM, "cube") + 1]);
        Assert.Equal(0.75, model.dof_damping[7]);
        Assert.Equal(0.3, model.site_pos[0]);
        Assert.Equal(33, model.cam_fovy[0]);
        Assert.True(model.Name2Id(mjtObj.mjOBJ_BODY, "goal") > 0);
        Assert.Equal(0, model.nu);
    }

    [Fact]
    public void An_attached_body_gets_prefixed_names()
    {
        using var world = MjSpec.FromXml(Models.Small);
        for (int i = 0; i < 2; i++)
        {
            using var part = MjSpec.FromXml("""
                <mujoco><asset><material name="red" rgba="1 0 0 1"/></asset>
                <worldbody><body name="mug"><freejoint/><geom name="shell" type="sphere" size="0.05" material="red"/></body></worldbody></mujoco>
                """);
            var frame = world.AddFrame(world.WorldBody);
            frame.pos[0] = 0.5 + i;
            world.Attach(frame, part.FindBody("mug")!, $"m{i}_");
        }

        using var model = world.Compile();
        Assert.Equal(0.5, model.body_pos[3 * model.Id(mjtObj.mjOBJ_BODY, "m0_mug")]);
        Assert.Equal(1.5, model.body_pos[3 * model.Id(mjtObj.mjOBJ_BODY, "m1_mug")]);
        Assert.True(model.Id(mjtObj.mjOBJ_MATERIAL, "m1_red") >= 0);
        Assert.Equal(9 + 14, model.nq);
        Assert.Throws<MujocoException>(() => world.Attach(world.WorldBody, world.FindBody("box")!));
    }

    [Fact]
    public void Saved_xml_compiles_to_the_same_model()
    {
        using var spec = MjSpec.FromXml(Models.Small);
        using var model = spec.Compile();
        string xml = spec.ToXml();
        Assert.Contains("name=\"shoulder\"", xml, StringComparison.Ordinal);
        using var again = MjModel.FromXml(xml);
        Assert.Equal(model.body_pos, again.body_pos);
        Assert.Equal(model.dof_damping, again.dof_damping);
        Assert.Equal(model.body_inertia, again.body_inertia);
        using var copy = spec.Copy();
        using var copied = copy.Compile();
        Assert.Equal(model.body_pos, copied.body_pos);
    }

    [Fact]
    public void Errors_throw_with_the_message_of_MuJoCo()
    {
        Assert.Contains("nonsense", Assert.Throws<MujocoException>(() => MjSpec.FromXml("<mujoco><nonsense/></mujoco>")).Message, StringComparison.Ordinal);
        using var spec = new MjSpec();
        var body = spec.AddBody(spec.WorldBody);
        spec.AddGeom(body);
        Assert.Throws<MujocoException>(() => spec.Compile());
        body.Name = "a";
        var twin = spec.AddBody(spec.WorldBody);
        Assert.Throws<MujocoException>(() => twin.Name = "a");
        spec.Dispose();
        Assert.Throws<ObjectDisposedException>(() => body.pos[0]);
    }

    [Fact]
    public void Elements_of_another_specification_are_rejected()
    {
        using MjSpec spec = new(), other = new();
        var body = other.AddBody(other.WorldBody);
        Assert.Throws<ArgumentException>(() => spec.AddBody(body));
        Assert.Throws<ArgumentException>(() => spec.AddGeom(body));
        Assert.Throws<ArgumentException>(() => spec.Delete(body));
        other.AddGeom(body);
    }
}
