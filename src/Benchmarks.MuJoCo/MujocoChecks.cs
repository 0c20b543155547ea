using System.Diagnostics;
using System.Globalization;
using EvalCore;
using EvalCore.Diagnostics;
using MuJoCo;

namespace Benchmarks.MuJoCo;

/// <summary>What a suite on MuJoCo needs on a machine, for <c>evalcore doctor</c>. Optional: other suites work without it.</summary>
public static class MujocoChecks
{
    private const int ImageSize = 480;

    /// <summary>The engine: its version, its file, and whether it is the one of the reference data.</summary>
    public static Check Engine { get; } = new("MuJoCo", MujocoEngine.Describe, Optional: true)
    {
        Fix = "evalcore assets fetch",
        Fetch = MujocoEngine.Fetch,
        IsMissing = () => MujocoLibrary.Find() is null,
    };

    /// <summary>Off-screen rendering: the device that renders images, and how long an image takes.</summary>
    public static Check Rendering { get; } = new("MuJoCo's images (OpenGL by EGL)", FindRenderer, Optional: true);

    /// <summary>
    /// The device that renders images, for <c>IBenchmark.RenderingDevice</c>; null where nothing can render.
    /// </summary>
    public static string? RenderingDevice
    {
        get
        {
            try
            {
                return Renderer.Device;
            }
            catch (MujocoException)
            {
                return null;
            }
        }
    }

    /// <summary>For <c>IBenchmark.RenderingNotes</c>: a GPU beside a software renderer; empty where nothing can render.</summary>
    public static IReadOnlyList<string> RenderingNotes =>
        RenderingDevice is { } device && UnusedGpu.Note(device, Environment.GetEnvironmentVariable, "/") is { } note ? [note] : [];

    /// <summary>Finds the engine, and downloads it where this machine has none.</summary>
    /// <returns>Its version and its file.</returns>
    /// <exception cref="EvalCoreException">It is missing or of another version; the line says what to do.</exception>
    public static string FindEngine() => MujocoErrors.Translate(() => $"{Mujoco.Version}, {Mujoco.LibraryPath}");

    private static string FindRenderer()
    {
        string device = MujocoErrors.Translate(() => Renderer.Device);
        string time = MujocoLibrary.Find() is null
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $", {MujocoErrors.Translate(TimeImage):0.0} ms for a simple image of {ImageSize}x{ImageSize}");
        return string.Concat([device, time, .. RenderingVariables.Notes(Environment.GetEnvironmentVariable).Concat(RenderingNotes).Select(note => $"; {note}")]);
    }

    /// <summary>The time that an image takes, in milliseconds: the least of some.</summary>
    private static double TimeImage()
    {
        using var model = SelfTest.LoadModel();
        using var data = new MjData(model);
        data.Forward();
        using var renderer = new Renderer(model, ImageSize, ImageSize);
        byte[] image = new byte[3 * ImageSize * ImageSize];
        double least = double.MaxValue;
        for (int i = 0; i < 5; i++)
        {
            long start = Stopwatch.GetTimestamp();
            renderer.Render(data, 0, image);
            least = Math.Min(least, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return least;
    }
}
