using EvalCore.Environments;

namespace EvalCore.Policies;

/// <summary>A policy that is one class and predicts several actions at once. It observes again when all of them were played.</summary>
public abstract class ChunkPolicy : EpisodePolicy
{
    /// <summary>Predicts actions: LeRobot's <c>predict_action_chunk</c>.</summary>
    /// <param name="observation">What the environment observes now. The buffer is reused, so data that is kept must be copied.</param>
    /// <returns>One action or more, in the environment's units, in the order in which they are played.</returns>
    public abstract IReadOnlyList<IReadOnlyList<double>> PredictActionChunk(Observation observation);

    internal sealed override int Plan(Observation observation, ref double[] actions)
    {
        var chunk = PredictActionChunk(observation);
        if (chunk is not { Count: > 0 })
            throw new EvalCoreException($"{GetType().Name}.{nameof(PredictActionChunk)} returned no action");
        int dimension = ActionSpace.Dimension;
        if (actions.Length < chunk.Count * dimension)
            actions = new double[chunk.Count * dimension];
        for (int i = 0; i < chunk.Count; i++)
        {
            if (chunk[i]?.Count != dimension)
                throw new EvalCoreException($"{GetType().Name}.{nameof(PredictActionChunk)}: action {i} has {chunk[i]?.Count ?? 0} numbers, the environment's have {dimension}");
            for (int k = 0; k < dimension; k++)
                actions[i * dimension + k] = chunk[i][k];
        }

        return chunk.Count;
    }
}
