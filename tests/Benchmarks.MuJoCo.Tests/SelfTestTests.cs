using System.Globalization;
using MuJoCo;
using MuJoCo.Tests;

namespace Benchmarks.MuJoCo.Tests;

/// <summary>What is known about the library that MuJoCo is loaded from.</summary>
public sealed class SelfTestTests
{
    [Fact]
    public void The_reference_library_gives_the_stored_states()
    {
        Machine.NeedsMujoco();
        Assert.SkipUnless(MujocoLibrary.Sha256 == MujocoLibrary.ReferenceSha256, "the loaded library is not the one of the reference data");
        Assert.Equal(SelfTest.Expected, SelfTest.Run());
        Assert.Equal(SelfTest.Expected, SelfTest.Run());
    }

    /// <summary>What the test simulates moves, touches and stays finite: a difference in any rounding would show.</summary>
    [Fact]
    public void The_simulation_has_contacts_of_every_shape_and_is_stable()
    {
        Machine.NeedsMujoco();
        using var model = SelfTest.LoadModel();
        using var data = new MjData(model);
        var touched = new HashSet<int>();
        for (int step = 0; step < 400; step++)
        {
            data.Step();
            for (int i = 0; i < data.ncon; i++)
                touched.UnionWith([data.contact[i].geom[0], data.contact[i].geom[1]]);
        }

        Assert.All(data.qpos.ToArray(), value => Assert.InRange(value, -10, 10));
        Assert.True(touched.Count >= 5, string.Create(CultureInfo.InvariantCulture, $"only {touched.Count} geoms touch"));
    }

    [Fact]
    public void Versions_name_the_library_only_where_it_rounds_differently()
    {
        Machine.NeedsMujoco();
        var versions = MujocoEngine.Versions;
        Assert.Equal("3.8.1", versions["mujoco"]);
        bool isReference = MujocoLibrary.Sha256 == MujocoLibrary.ReferenceSha256;
        if (isReference)
            Assert.Equal(["mujoco"], versions.Keys);
        Assert.Matches("^[0-9a-f]{64}$", MujocoEngine.LibrarySha256);
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData("egl", "egl", null)]
    [InlineData("EGL", "", null)]
    [InlineData("osmesa", null, "MUJOCO_GL=osmesa: no effect")]
    [InlineData("glfw", "osmesa", "MUJOCO_GL=glfw and PYOPENGL_PLATFORM=osmesa: no effect")]
    [InlineData("egl", "glx", "PYOPENGL_PLATFORM=glx: no effect")]
    public void A_variable_that_asks_for_another_way_to_render_gives_one_note(string? gl, string? platform, string? note)
    {
        var notes = RenderingVariables.Notes(name => name == "MUJOCO_GL" ? gl : platform).ToList();
        if (note is null)
            Assert.Empty(notes);
        else
            Assert.StartsWith(note, Assert.Single(notes), StringComparison.Ordinal);
    }
}
