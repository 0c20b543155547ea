using EvalCore.Environments;
using EvalCore.Numerics;
using EvalCore.Policies;

namespace EvalCore.Onnx;

/// <summary>
/// An episode's random numbers: those that a LeRobot policy in torch draws in the same episode, or recorded ones.
/// </summary>
/// <param name="episode">The episode.</param>
/// <param name="draws">Recorded numbers; null to draw.</param>
internal sealed class Noise(EpisodeSpec episode, IRandomDraws? draws)
{
    private readonly TorchGenerator _generator = new(episode.PolicySeed);

    /// <summary>Draws a tensor as <c>torch.randn</c> or <c>torch.rand</c> does.</summary>
    /// <param name="normal">Normal numbers; else uniform ones from 0 to 1.</param>
    /// <param name="shape">The tensor's shape.</param>
    /// <param name="numbers">Receives the numbers, row-major.</param>
    public void Draw(bool normal, ReadOnlySpan<long> shape, Span<float> numbers)
    {
        if (draws is not null)
            draws.Next(shape).CopyTo(numbers);
        else if (normal)
            _generator.Randn(numbers);
        else
            _generator.Rand(numbers);
    }
}
