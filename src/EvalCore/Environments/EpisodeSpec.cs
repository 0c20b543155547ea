using System.Security.Cryptography;
using System.Text;

namespace EvalCore.Environments;

/// <summary>
/// Everything that determines an episode besides the policy. Episode k of a task is the one that lerobot-eval plays
/// with <c>batch_size=1</c>, regardless of the other episodes in flight.
/// </summary>
/// <param name="Task">The task that is played.</param>
/// <param name="Index">The number of the episode in its task, from 0.</param>
/// <param name="Seed">The seed of the environment's reset: the run's seed plus <paramref name="Index"/>.</param>
/// <param name="InitStateId">The number of the stored initial state; null for the state that the seed gives.</param>
public sealed record EpisodeSpec(EnvTask Task, int Index, long Seed, int? InitStateId = null)
{
    /// <summary>The default seed of episode 0, as in lerobot-eval.</summary>
    public const long DefaultSeed = 1000;

    /// <summary>Identifies the episode in its run.</summary>
    public EpisodeKey Key => new(Task.Suite, Task.Group, Task.Id, Index);

    /// <summary>
    /// The seed of a policy's random numbers in the episode: the first four bytes of SHA-256 of <c>suite/group/task id/seed</c>,
    /// little-endian. It differs from <see cref="Seed"/>, so that a policy does not draw what the environment has drawn.
    /// </summary>
    public uint PolicySeed =>
        BitConverter.ToUInt32(SHA256.HashData(Encoding.UTF8.GetBytes($"{Task.Suite}/{Task.Group}/{Task.Id}/{Seed}")));

    /// <summary>The episode's name in messages.</summary>
    public override string ToString() => $"episode {Index} of {Task.Name} (seed {Seed})";
}
