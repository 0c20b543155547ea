namespace EvalCore.Environments;

/// <summary>
/// All that determines an episode besides the policy: episode k of a task is what lerobot-eval computes for it with
/// <c>batch_size=1</c>, whatever else is in flight.
/// </summary>
/// <param name="Task">The task that is played.</param>
/// <param name="Index">The number of the episode in its task, from 0.</param>
/// <param name="Seed">The seed of the environment's reset: the run's seed plus <paramref name="Index"/>.</param>
public sealed record EpisodeSpec(EnvTask Task, int Index, long Seed);
