namespace MuJoCo.Tests;

/// <summary>
/// Skips a test, with the message of the missing library as the reason, where a native library is not installed.
/// </summary>
internal static class Machine
{
    /// <summary>Needs MuJoCo's library, which the build restores from the network or a mirror.</summary>
    public static void NeedsMujoco() => Needs(() => Mujoco.Version);

    /// <summary>Needs EGL, from the distribution's packages.</summary>
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
