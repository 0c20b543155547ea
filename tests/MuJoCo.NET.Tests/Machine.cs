namespace MuJoCo.Tests;

/// <summary>What a machine may lack: a test that needs it is skipped with the line that says so.</summary>
internal static class Machine
{
    /// <summary>MuJoCo's library, which the build brings where there is a network or a mirror.</summary>
    public static void NeedsMujoco() => Needs(() => Mujoco.Version);

    /// <summary>EGL, which the distribution's packages bring.</summary>
    public static void NeedsEgl() => Needs(() => Renderer.Device);

    private static void Needs(Func<string> thing)
    {
        try
        {
            thing();
        }
        catch (MujocoException e)
        {
            Assert.Skip(e.Message);
        }
    }
}
