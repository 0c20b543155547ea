namespace Benchmarks.MuJoCo;

/// <summary>Finds a GPU of the machine that does not render, because its driver's part for EGL is missing or another device is chosen.</summary>
internal static class UnusedGpu
{
    private static readonly string[] SoftwareRenderers = ["llvmpipe", "softpipe", "swrast"];

    /// <summary>Makers of GPUs that render, by the number of their PCI devices. The virtual ones of a server's console do not.</summary>
    private static readonly Dictionary<string, string> Makers = new() { ["0x10de"] = "NVIDIA", ["0x1002"] = "AMD", ["0x8086"] = "Intel" };

    /// <summary>A note when there is a GPU, and software renders all the same.</summary>
    /// <param name="device">The device that renders.</param>
    /// <param name="variable">Reads an environment variable.</param>
    /// <param name="root">The root of the file system, <c>/</c>.</param>
    /// <returns>Null where there is no GPU, where it renders, or where a variable asks for software.</returns>
    public static string? Note(string device, Func<string, string?> variable, string root)
    {
        if (!SoftwareRenderers.Any(name => device.Contains(name, StringComparison.OrdinalIgnoreCase))
            || variable("LIBGL_ALWAYS_SOFTWARE")?.ToLowerInvariant() is "1" or "true" or "t" or "y" or "yes")
            return null;
        string? chosen = variable("MUJOCO_EGL_DEVICE_ID");
        if (Find(root) is not var (file, maker))
            return null;
        string what = $"there is a GPU ({maker}, {file}), but software renders the images, which is slower and gives slightly different images";
        return !string.IsNullOrEmpty(chosen)
            ? $"{what}: MUJOCO_EGL_DEVICE_ID={chosen} chooses the software; unset it, or give the number of the GPU"
            : $"{what}: {Fix(maker)}; LIBGL_ALWAYS_SOFTWARE=1 chooses the software, without this note";
    }

    private static string Fix(string maker) => maker == "NVIDIA"
        ? "install the driver's libraries for EGL (Debian libegl-nvidia0, Ubuntu libnvidia-gl-NNN), in a container set NVIDIA_DRIVER_CAPABILITIES=all, and give the number of the GPU in MUJOCO_EGL_DEVICE_ID where EGL lists several"
        : "install libegl1, libegl-mesa0 and libgl1-mesa-dri, let this user open the file (group render), and give the number of the GPU in MUJOCO_EGL_DEVICE_ID where EGL lists several";

    private static (string File, string Maker)? Find(string root)
    {
        try
        {
            if (File.Exists(Path.Combine(root, "dev/nvidia0")))
                return ("/dev/nvidia0", "NVIDIA");
            string devices = Path.Combine(root, "dev/dri");
            if (!Directory.Exists(devices))
                return null;
            foreach (string file in Directory.GetFiles(devices, "renderD*").Order(StringComparer.Ordinal))
            {
                string vendor = Path.Combine(root, "sys/class/drm", Path.GetFileName(file), "device/vendor");
                if (File.Exists(vendor) && Makers.TryGetValue(File.ReadAllText(vendor).Trim(), out string? maker))
                    return ($"/dev/dri/{Path.GetFileName(file)}", maker);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What cannot be read is no reason for a note.
        }

        return null;
    }
}
