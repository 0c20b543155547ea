using EvalCore.Environments;
using Safetensors;

namespace EvalCore.Replays;

/// <summary>A state of a simulator in a safetensors file: <c>state</c> for PushT, <c>qpos</c> and <c>qvel</c> for MuJoCo.</summary>
internal static class StoredState
{
    /// <summary>Sets the state of an environment to a stored one.</summary>
    /// <exception cref="EvalCoreException">The file lacks a part of the state, or a part has another shape.</exception>
    public static void Restore(SafetensorsFile file, IStateAccess environment)
    {
        var state = new SimulatorState(environment.StateFields);
        environment.GetState(state);
        foreach (var field in state.Fields)
        {
            if (file.TryGet(field.Name, out var entry))
                Read(file, entry, state[field.Name]);
            else if (!field.IsOptional)
                throw new EvalCoreException($"--from: {file.Path} has no tensor '{field.Name}', a part of the simulator's state");
        }

        environment.SetState(state);
    }

    private static void Read(SafetensorsFile file, TensorEntry entry, Span<double> part)
    {
        if (entry.Count != part.Length)
            throw new EvalCoreException($"--from: {file.Path}, tensor '{entry.Name}' is {entry}, expected [{part.Length}]");
        double[] values = Float64Tensor.Read(file, entry) ?? throw new EvalCoreException(
            $"--from: {file.Path}, tensor '{entry.Name}' is {entry}, expected F64 or F32");
        int bad = Array.FindIndex(values, value => !double.IsFinite(value));
        if (bad >= 0)
            throw new EvalCoreException($"--from: {file.Path}, tensor '{entry.Name}', element {bad} is {values[bad]}; a state must be finite");
        values.CopyTo(part);
    }
}
