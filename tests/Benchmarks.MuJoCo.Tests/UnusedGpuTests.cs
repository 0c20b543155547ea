namespace Benchmarks.MuJoCo.Tests;

/// <summary>The note on a GPU that does not render, on a machine whose files are made up.</summary>
public sealed class UnusedGpuTests : IDisposable
{
    private const string Llvmpipe = "llvmpipe (LLVM 15.0.6, 256 bits), OpenGL 4.5 (Compatibility Profile) Mesa 22.3.6";

    private readonly string _root = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_machine_without_a_GPU_has_no_note() => Assert.Null(Note(Llvmpipe));

    [Fact]
    public void A_GPU_of_NVIDIA_beside_llvmpipe_is_named_with_what_to_do()
    {
        Write("dev/nvidia0", "");
        string note = Note(Llvmpipe)!;
        Assert.StartsWith("there is a GPU (NVIDIA, /dev/nvidia0), but software renders the images, which is slower", note, StringComparison.Ordinal);
        Assert.Contains("NVIDIA_DRIVER_CAPABILITIES", note, StringComparison.Ordinal);
        Assert.Contains("MUJOCO_EGL_DEVICE_ID", note, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', note);
    }

    [Theory]
    [InlineData("0x1002", "AMD")]
    [InlineData("0x8086", "Intel")]
    [InlineData("0x10de", "NVIDIA")]
    public void A_GPU_of_the_kernels_list_is_named(string vendor, string maker)
    {
        Write("dev/dri/renderD128", "");
        Write("sys/class/drm/renderD128/device/vendor", vendor + "\n");
        Assert.Contains($"there is a GPU ({maker}, /dev/dri/renderD128)", Note(Llvmpipe), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0x1af4")]
    [InlineData(null)]
    public void A_virtual_device_is_no_GPU(string? vendor)
    {
        Write("dev/dri/renderD128", "");
        if (vendor is not null)
            Write("sys/class/drm/renderD128/device/vendor", vendor);
        Assert.Null(Note(Llvmpipe));
    }

    [Fact]
    public void A_GPU_that_renders_has_no_note()
    {
        Write("dev/nvidia0", "");
        Assert.Null(Note("NVIDIA GeForce RTX 4090/PCIe/SSE2, OpenGL 4.6.0 NVIDIA 550.54"));
    }

    [Fact]
    public void Software_that_is_asked_for_has_no_note()
    {
        Write("dev/nvidia0", "");
        Assert.Null(Note(Llvmpipe, ("LIBGL_ALWAYS_SOFTWARE", "1")));
        Assert.Contains("MUJOCO_EGL_DEVICE_ID=3 chooses the software", Note(Llvmpipe, ("MUJOCO_EGL_DEVICE_ID", "3")), StringComparison.Ordinal);
    }

    private string? Note(string device, params (string Name, string Value)[] variables) =>
        UnusedGpu.Note(device, name => variables.FirstOrDefault(variable => variable.Name == name).Value, _root);

    private void Write(string file, string text)
    {
        string path = Path.Combine(_root, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
