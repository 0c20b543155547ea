using static TorchSharp.torch;

namespace EvalCore.Torch.Tests;

/// <summary>The build's arrangement of native libraries, end to end.</summary>
public class TorchLoadsTests
{
    [Fact]
    public void Libtorch_loads_and_computes()
    {
        using var x = tensor(new float[] { 1, 2, 3, 4 }).reshape(2, 2);
        Assert.Equal([7f, 10f, 15f, 22f], x.matmul(x).data<float>().ToArray());
    }

    [Fact]
    public void A_library_that_does_not_load_is_one_line_with_the_loaders_reason()
    {
        const string Loader = """
            Unable to load shared library 'LibTorchSharp' or one of its dependencies. In order to help diagnose loading problems, consider using a tool like strace. If you're using glibc, consider setting the LD_DEBUG environment variable: 
            /app/LibTorchSharp.so: cannot open shared object file: No such file or directory
            /conda/lib/libtorch_cpu.so: invalid ELF header
            libLibTorchSharp: cannot open shared object file: No such file or directory
            """;
        Assert.Equal(
            "libtorch cannot be loaded: /conda/lib/libtorch_cpu.so: invalid ELF header; LD_LIBRARY_PATH names /conda/lib, which has another program's libraries: run without it",
            TorchLibrary.Message(Loader, "/usr/local/lib:/conda/lib"));
        Assert.Equal(
            "libtorch cannot be loaded: /conda/lib/libtorch_cpu.so: invalid ELF header; build again with 'dotnet build', or install what is missing",
            TorchLibrary.Message(Loader, null));
        Assert.Equal(
            "libtorch cannot be loaded: libgomp.so.1: cannot open shared object file: No such file or directory; build again with 'dotnet build', or install what is missing",
            TorchLibrary.Message(Loader.Replace("/conda/lib/libtorch_cpu.so: invalid ELF header", "libgomp.so.1: cannot open shared object file: No such file or directory", StringComparison.Ordinal), ""));
        Assert.Equal(
            "libtorch cannot be loaded: LibTorchSharp is not beside the program; build again with 'dotnet build'",
            TorchLibrary.Message(Loader.Replace("/conda/lib/libtorch_cpu.so: invalid ELF header\n", "", StringComparison.Ordinal), "/conda/lib"));
    }
}
