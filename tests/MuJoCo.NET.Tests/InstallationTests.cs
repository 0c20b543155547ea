using MuJoCo.Native;

namespace MuJoCo.Tests;

/// <summary>The messages for a missing or wrong native library.</summary>
public sealed class InstallationTests
{
    [Fact]
    public void A_missing_library_is_reported()
    {
        Assert.Equal(0, Library.Load(null, ["/nowhere/libmujoco.so.3.8.1"], out string? problem));
        Assert.Equal(
            $"libmujoco.so.3.8.1 is neither beside the program ({AppContext.BaseDirectory}), nor in the cache ({MujocoLibrary.CachePath}), nor on the system",
            problem);
    }

    [Fact]
    public void A_MUJOCO_LIBRARY_that_cannot_be_loaded_is_reported()
    {
        Assert.Equal(0, Library.Load("/nowhere/libmujoco.so", ["libc.so.6"], out string? problem));
        Assert.Equal(
            "MUJOCO_LIBRARY=/nowhere/libmujoco.so: there is no such file; name the libmujoco.so.3.8.1 of the official release", problem);
        Assert.Equal(0, Library.Load("/etc/passwd", ["libc.so.6"], out problem));
        Assert.Equal("MUJOCO_LIBRARY=/etc/passwd: cannot be loaded; name the libmujoco.so.3.8.1 of the official release", problem);
    }

    [Fact]
    public void A_library_that_is_not_MuJoCo_is_reported()
    {
        Assert.Equal(0, Library.Load(null, ["libc.so.6"], out string? problem));
        Assert.Equal("libc.so.6 is not MuJoCo: it has no mj_version; this binding needs MuJoCo 3.8.1", problem);
    }

    [Fact]
    public void Another_version_is_reported()
    {
        Assert.Equal(
            "/usr/lib/libmujoco.so is MuJoCo 3.3.7; this binding needs exactly 3.8.1: put libmujoco.so.3.8.1 beside the program or set "
            + "MUJOCO_LIBRARY to it",
            Library.ProblemOf("/usr/lib/libmujoco.so", 3003007));
        Assert.Null(Library.ProblemOf("libmujoco.so.3.8.1", 3008001));
    }

    [Fact]
    public void Missing_EGL_is_reported_with_the_packages_to_install() => Assert.Equal(
        "off-screen rendering needs EGL, but libEGL.so.999 is not installed: install the packages libegl1, libegl-mesa0 and "
        + "libgl1-mesa-dri (apt-get install libegl1 libegl-mesa0 libgl1-mesa-dri)",
        Assert.Throws<MujocoException>(() => Egl.LoadLibrary("libEGL.so.999")).Message);

    [Fact]
    public void The_loaded_library_and_the_renderer_report_their_versions()
    {
        Machine.NeedsMujoco();
        Machine.NeedsEgl();
        Assert.Equal("3.8.1", Mujoco.Version);
        Assert.EndsWith("libmujoco.so.3.8.1", Mujoco.LibraryPath, StringComparison.Ordinal);
        Assert.Contains("OpenGL", Renderer.Device, StringComparison.Ordinal);
    }
}
