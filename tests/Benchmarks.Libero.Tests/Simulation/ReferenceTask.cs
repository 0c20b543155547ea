using System.Collections.Concurrent;
using System.Text.Json;
using Benchmarks.Libero.Simulation;
using Benchmarks.MuJoCo;
using EvalCore.Tests;
using MuJoCo;

namespace Benchmarks.Libero.Tests.Simulation;

/// <summary>A task of the reference data: its model, its fixtures' poses after the reset with seed 1000, its initial states.</summary>
internal sealed record ReferenceTask(string Suite, int Id)
{
    private static readonly ConcurrentDictionary<string, JsonElement> Suites = new();

    private JsonElement Json => Suites
        .GetOrAdd(Suite, suite => JsonDocument.Parse(File.ReadAllText(Goldens.Find($"libero/models/{suite}.json"))).RootElement)
        .GetProperty("tasks").GetProperty($"{Id}");

    public string Name => Json.GetProperty("name").GetString()!;

    /// <summary>Composes and compiles the task's model.</summary>
    public MjModel Compile() => GoldenTask.Of(Suite)[Id].Compose().Compile();

    /// <summary>A simulation after a reset with an initial state, not settled.</summary>
    public LiberoSimulation Begin(int initState = 0, ControlMode mode = ControlMode.Relative)
    {
        var simulation = new LiberoSimulation(Compile(), mode);
        Reset(simulation, initState);
        return simulation;
    }

    public void Reset(LiberoSimulation simulation, int initState)
    {
        simulation.Reset();
        SetFixtures(simulation);
        using var states = Goldens.Open($"libero/init_states/{Suite}.safetensors");
        int length = 1 + simulation.Model.nq + simulation.Model.nv;
        simulation.SetInitState(states.Span<double>(Name).Slice(length * initState, length));
    }

    private void SetFixtures(LiberoSimulation simulation)
    {
        foreach (var fixture in Json.GetProperty("fixture_pose").EnumerateObject())
        {
            double[] position = Numbers(fixture.Value[0]), quaternion = Numbers(fixture.Value[1]);
            simulation.SetFixturePose($"{fixture.Name}_main", Vec3.From(position), Quat.From(quaternion));
        }
    }

    private static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(number => number.GetDouble())];
}
