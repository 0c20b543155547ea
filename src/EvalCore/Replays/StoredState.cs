using EvalCore.Environments;
using Safetensors;

namespace EvalCore.Replays;

/// <summary>A state of a simulator in a safetensors file: <c>state</c> for PushT, <c>qpos</c> and <c>qvel</c> for MuJoCo.</summary>
internal static class StoredState
{
    /// <summary>What MuJoCo moves by itself and a stored state may leave out: it then stays as after the reset.</summary>
    private const string Optional = "mocap";

    /// <summary>Puts an environment into a stored state.</summary>
    /// <exception cref="EvalCoreException">The file lacks a part of the state, or a part has another shape.</exception>
    public static void Restore(string path, IEnvironment environment)
    {
        using var file = SafetensorsFile.Open(path);
        var state = new Observation(environment.StateSpace);
        environment.GetState(state);
        for (int i = 0; i < state.Space.Count; i++)
        {
            var field = state.Space[i];
            if (file.TryGet(field.Key, out var entry))
                Read(file, entry, state.Vector(i));
            else if (!field.Key.StartsWith(Optional, StringComparison.Ordinal))
                throw new EvalCoreException($"--from: {path} has no tensor '{field.Key}', a part of the simulator's state");
        }

        environment.SetState(state);
    }

    private static void Read(SafetensorsFile file, TensorEntry entry, Span<double> part)
    {
        if (entry.Count != part.Length)
            throw new EvalCoreException($"--from: {file.Path}, tensor '{entry.Name}' is {entry}, expected [{part.Length}]");
        double[] values = Numbers.Read(file, entry) ?? throw new EvalCoreException(
            $"--from: {file.Path}, tensor '{entry.Name}' is {entry}, expected F64 or F32");
        int bad = Array.FindIndex(values, value => !double.IsFinite(value));
        if (bad >= 0)
            throw new EvalCoreException($"--from: {file.Path}, tensor '{entry.Name}', place {bad} has the number {values[bad]}");
        values.CopyTo(part);
    }
}
