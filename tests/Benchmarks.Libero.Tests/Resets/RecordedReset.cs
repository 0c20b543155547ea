using System.Collections.Concurrent;
using System.Text.Json;
using EvalCore.Tests;

namespace Benchmarks.Libero.Tests.Resets;

/// <summary>What LIBERO's first reset with seed 1000 gave for a task (<c>libero/models/</c>).</summary>
/// <param name="FixturePoses">Where the fixtures are: name, then position and quaternion.</param>
/// <param name="Qpos"><c>qpos</c>, before an initial state is loaded.</param>
/// <param name="StateWidth">The length of a row of the initial states.</param>
internal sealed record RecordedReset(IReadOnlyList<(string Name, double[] Pose)> FixturePoses, double[] Qpos, int StateWidth)
{
    /// <summary>The seed.</summary>
    public const long Seed = 1000;

    private static readonly ConcurrentDictionary<string, JsonDocument> Models = new();

    /// <summary>Reads a task's reset.</summary>
    public static RecordedReset Of(GoldenTask task)
    {
        string file = Goldens.Find($"libero/models/{task.Suite}.json");
        var model = Models.GetOrAdd(task.Suite, _ => JsonDocument.Parse(File.ReadAllBytes(file)))
            .RootElement.GetProperty("tasks").GetProperty($"{task.TaskId}");
        using var arrays = Goldens.Open($"libero/models/{task.Suite}.safetensors");
        return new(
            Poses(model.GetProperty("fixture_pose")),
            arrays.Span<double>(model.GetProperty("reset_qpos").GetString()!).ToArray(),
            model.GetProperty("init_dim").GetInt32());
    }

    /// <summary>Reads poses: name to position and quaternion.</summary>
    public static IReadOnlyList<(string Name, double[] Pose)> Poses(JsonElement poses) =>
        [.. poses.EnumerateObject().Select(entry => (entry.Name, entry.Value.EnumerateArray().SelectMany(Numbers).ToArray()))];

    /// <summary>Reads an array of numbers.</summary>
    public static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(number => number.GetDouble())];
}
