using System.Text.Json;
using System.Text.Json.Serialization;
using Benchmarks.Libero.Bddl;
using Benchmarks.Libero.Scenes;
using EvalCore.Tests;

namespace Benchmarks.Libero.Tests;

/// <summary>One of the 130 tasks, as the reference data list it (<c>libero/tasks.json</c>).</summary>
internal sealed record GoldenTask(
    [property: JsonPropertyName("suite")] string Suite,
    [property: JsonPropertyName("task_id")] int TaskId,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("problem")] string Problem,
    [property: JsonPropertyName("language_bddl")] string LanguageBddl,
    [property: JsonPropertyName("bddl")] string Bddl,
    [property: JsonPropertyName("goal")] IReadOnlyList<IReadOnlyList<string>> Goal,
    [property: JsonPropertyName("init")] IReadOnlyList<IReadOnlyList<string>> Init,
    [property: JsonPropertyName("objects")] Dictionary<string, string[]> Objects,
    [property: JsonPropertyName("fixtures")] Dictionary<string, string[]> Fixtures)
{
    private static readonly Lazy<GoldenTask[]> Tasks = new(
        () => JsonSerializer.Deserialize<GoldenTask[]>(File.ReadAllText(Goldens.Find("libero/tasks.json")))!);

    private Scene? _scene;

    /// <summary>The 130 tasks in order. Needs the reference data: call it in a test, not in what lists its cases.</summary>
    public static IReadOnlyList<GoldenTask> All
    {
        get
        {
            // Skips the test, outside of the lazy value, where the reference data are missing.
            Goldens.Find("libero/tasks.json");
            return Tasks.Value;
        }
    }

    /// <summary>The tasks of a suite.</summary>
    public static IReadOnlyList<GoldenTask> Of(string suite) => [.. All.Where(task => task.Suite == suite)];

    /// <summary>Reads the BDDL file.</summary>
    public BddlProblem Read() => BddlReader.Read(Path.Combine(LiberoFiles.Libero, Bddl));

    /// <summary>Composes the scene, once for all tests.</summary>
    public Scene Compose() => _scene ??= SceneComposer.Compose(Read(), LiberoFiles.Libero, LiberoFiles.Robosuite);

    public override string ToString() => $"{Suite}/{TaskId}";
}
