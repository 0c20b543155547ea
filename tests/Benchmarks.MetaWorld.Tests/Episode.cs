using EvalCore.Environments;

namespace Benchmarks.MetaWorld.Tests;

internal static class Episode
{
    public static EpisodeSpec Of(string task, long seed) => new(new EnvTask("metaworld", task, 0, task, ""), 0, seed);
}
