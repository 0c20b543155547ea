using System.Text.Json;
using Benchmarks.Libero.Bddl;
using Benchmarks.Libero.Scenes;
using Benchmarks.Libero.Simulation;
using Benchmarks.MuJoCo;
using Safetensors;

namespace Libero.Benchmarks;

/// <summary>
/// A task with the fixtures' poses and the initial state of the reference data: <c>goldens/libero</c> in the folder that
/// EVALCORE_MIRROR names, and LIBERO's files beside it.
/// </summary>
internal sealed class RecordedTask
{
    private readonly List<(string Body, Vec3 Position, Quat Orientation)> _fixtures = [];
    private readonly double[] _initState;

    /// <summary>Composes and compiles the task's scene, which takes most of a second.</summary>
    /// <param name="name">Suite and number, for example <c>libero_spatial/0</c>.</param>
    public RecordedTask(string name)
    {
        string mirror = Path.GetFullPath(Environment.GetEnvironmentVariable("EVALCORE_MIRROR")
            ?? throw new InvalidOperationException("set EVALCORE_MIRROR to the folder with LIBERO's files and the reference data"));
        string suite = name.Split('/')[0], id = name.Split('/')[1];
        using var models = JsonDocument.Parse(File.ReadAllText(Path.Combine(mirror, "goldens", "libero", "models", $"{suite}.json")));
        var task = models.RootElement.GetProperty("tasks").GetProperty(id);
        string bddl = Path.Combine(mirror, "assets", "libero", "bddl_files", suite, task.GetProperty("bddl_file").GetString()!);
        var scene = SceneComposer.Compose(
            BddlReader.Read(bddl), Path.Combine(mirror, "assets", "libero"), Path.Combine(mirror, "assets", "robosuite"));
        Simulation = new LiberoSimulation(scene.Compile());
        foreach (var fixture in task.GetProperty("fixture_pose").EnumerateObject())
            _fixtures.Add(($"{fixture.Name}_main", Vec3.From(Numbers(fixture.Value[0])), Quat.From(Numbers(fixture.Value[1]))));
        using var states = SafetensorsFile.Open(Path.Combine(mirror, "goldens", "libero", "init_states", $"{suite}.safetensors"));
        _initState = states.Span<double>(task.GetProperty("name").GetString()!)[..(1 + Simulation.Model.nq + Simulation.Model.nv)].ToArray();
    }

    public LiberoSimulation Simulation { get; }

    /// <summary>A reset with known poses, without what samples them.</summary>
    public void Reset()
    {
        Simulation.Reset();
        foreach (var (body, position, orientation) in _fixtures)
            Simulation.SetFixturePose(body, position, orientation);
        Simulation.SetInitState(_initState);
        Simulation.Settle();
    }

    private static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(number => number.GetDouble())];
}
