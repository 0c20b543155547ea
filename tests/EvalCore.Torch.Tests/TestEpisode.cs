using EvalCore.Environments;
using EvalCore.Policies;

namespace EvalCore.Torch.Tests;

/// <summary>Episodes for tests.</summary>
internal static class TestEpisode
{
    /// <summary>Random numbers of a policy that draws none.</summary>
    public static IRandomDraws NoDraws { get; } = new Nothing();

    public static EpisodeSpec Of(long seed, string description = "") => new(new EnvTask("pusht", "pusht", 0, "PushT-v0", description), (int)(seed - 1000), seed);

    private sealed class Nothing : IRandomDraws
    {
        public float[] Next(ReadOnlySpan<long> shape) => throw new InvalidOperationException("this policy draws nothing");
    }
}
