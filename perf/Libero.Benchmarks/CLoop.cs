using System.Diagnostics;
using System.Runtime.InteropServices;
using MuJoCo;

namespace Libero.Benchmarks;

/// <summary>MuJoCo's steps as a C program makes them: <c>loop.c</c>, compiled by the machine's compiler.</summary>
internal sealed unsafe class CLoop : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;
    private readonly nint _library;
    private readonly nint _mujoco = NativeLibrary.Load(Mujoco.LibraryPath);

    public CLoop()
    {
        string source = Path.Combine(_folder, "loop.c"), library = Path.Combine(_folder, "loop.so");
        using (var from = typeof(CLoop).Assembly.GetManifestResourceStream("loop.c")!)
        using (var to = File.Create(source))
            from.CopyTo(to);
        using var compiler = Process.Start("cc", ["-O2", "-shared", "-fPIC", "-o", library, source]);
        compiler.WaitForExit();
        if (compiler.ExitCode != 0)
            throw new InvalidOperationException("cc does not compile loop.c");
        _library = NativeLibrary.Load(library);
    }

    /// <summary>Calls <c>mj_step</c> only.</summary>
    /// <param name="data">The simulation.</param>
    /// <param name="controls">The controls of each sub-step, nu numbers each.</param>
    public void Step(MjData data, double[] controls)
    {
        var loop = (delegate* unmanaged<nint, void*, void*, double*, double*, int, int, void>)NativeLibrary.GetExport(_library, "steps");
        fixed (double* ctrl = data.ctrl, c = controls)
            loop(Mj("mj_step"), data.Model.Pointer, data.Pointer, ctrl, c, data.Model.nu, controls.Length / data.Model.nu);
        GC.KeepAlive(data);
    }

    /// <summary>Calls a function before the controls are set and one after.</summary>
    /// <param name="data">The simulation.</param>
    /// <param name="controls">The controls of each sub-step, nu numbers each.</param>
    /// <param name="before">The name of the first function.</param>
    /// <param name="after">The name of the second function.</param>
    public void Halves(MjData data, double[] controls, string before, string after)
    {
        var loop = (delegate* unmanaged<nint, nint, void*, void*, double*, double*, int, int, void>)NativeLibrary.GetExport(_library, "halves");
        fixed (double* ctrl = data.ctrl, c = controls)
            loop(Mj(before), Mj(after), data.Model.Pointer, data.Pointer, ctrl, c, data.Model.nu, controls.Length / data.Model.nu);
        GC.KeepAlive(data);
    }

    public void Dispose()
    {
        NativeLibrary.Free(_library);
        Directory.Delete(_folder, recursive: true);
    }

    private nint Mj(string function) => NativeLibrary.GetExport(_mujoco, function);
}
