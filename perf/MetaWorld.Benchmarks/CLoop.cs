using System.Diagnostics;
using System.Runtime.InteropServices;
using MuJoCo;

namespace MetaWorld.Benchmarks;

/// <summary>An episode's calls of MuJoCo as a C program makes them: <c>loop.c</c>, compiled by the machine's compiler.</summary>
internal sealed unsafe class CLoop : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;
    private readonly nint _library;
    private readonly nint _loop;
    private readonly nint _step, _rnePostConstraint, _forward;

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
        _loop = NativeLibrary.GetExport(_library, "loop");
        nint mujoco = NativeLibrary.Load(Mujoco.LibraryPath);
        _step = NativeLibrary.GetExport(mujoco, "mj_step");
        _rnePostConstraint = NativeLibrary.GetExport(mujoco, "mj_rnePostConstraint");
        _forward = NativeLibrary.GetExport(mujoco, "mj_forward");
    }

    /// <summary>Plays an episode.</summary>
    /// <param name="data">The simulation, in its initial state.</param>
    /// <param name="mocap">The position of the mocap body at each step, 3 numbers each.</param>
    /// <param name="fingers">The controls of each step, 2 numbers each.</param>
    public void Play(MjData data, double[] mocap, double[] fingers)
    {
        var loop = (delegate* unmanaged<nint, nint, nint, void*, void*, double*, double*, double*, double*, int, void>)_loop;
        fixed (double* position = data.mocap_pos, ctrl = data.ctrl, m = mocap, f = fingers)
            loop(_step, _rnePostConstraint, _forward, data.Model.Pointer, data.Pointer, position, ctrl, m, f, fingers.Length / 2);
        GC.KeepAlive(data);
    }

    public void Dispose()
    {
        NativeLibrary.Free(_library);
        Directory.Delete(_folder, recursive: true);
    }
}
