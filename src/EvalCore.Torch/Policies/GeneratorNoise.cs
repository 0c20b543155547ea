using EvalCore.Environments;
using static TorchSharp.torch;

namespace EvalCore.Torch.Policies;

/// <summary>
/// Draws from torch's CPU generator (mt19937). There is one generator for each episode, seeded from the episode's seed and
/// its task. LeRobot draws for all episodes from one generator, whose state depends on the batch size and on the episodes
/// before.
/// </summary>
internal sealed class GeneratorNoise : INoise
{
    private readonly Generator _generator;

    public GeneratorNoise(EpisodeSpec episode) : this(Seed(episode))
    {
    }

    public GeneratorNoise(long seed) => _generator = new Generator((ulong)seed, CPU);

    /// <summary>The seed of an episode's generator, which takes 32 bits.</summary>
    public static long Seed(EpisodeSpec episode) => episode.PolicySeed;

    public Tensor Randn(params ReadOnlySpan<long> size) => randn(size.ToArray(), generator: _generator);

    public Tensor Rand(params ReadOnlySpan<long> size) => rand(size.ToArray(), generator: _generator);

    public Tensor Randint(long high, params ReadOnlySpan<long> size) => randint(0, high, size.ToArray(), generator: _generator);

    public Tensor Multinomial(Tensor weights, long samples, bool replacement = false)
    {
        using var onCpu = weights.cpu();
        using var areFinite = onCpu.isfinite().all();
        if (!areFinite.item<bool>())
            throw new EvalCoreException("the policy's probabilities are not finite: its weights or its normalisation statistics are damaged, or the observation is");
        return onCpu.multinomial(samples, replacement, _generator);
    }

    public void Dispose() => _generator.Dispose();
}
