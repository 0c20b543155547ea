using EvalCore.Inference;
using EvalCore.Torch.Policies;
using Safetensors;
using static TorchSharp.torch;

namespace EvalCore.Torch.Tests.Policies;

/// <summary>Random numbers of all kinds: drawn from an episode's generator, and read from a recording.</summary>
public sealed class NoiseTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        File.Delete(_file);
    }

    [Fact]
    public void A_generator_draws_the_same_numbers_again()
    {
        using var first = new GeneratorNoise(1000L);
        using var second = new GeneratorNoise(1000L);
        var weights = tensor(new float[] { 1, 0, 3, 0, 2, 2 }).reshape(2, 3);
        foreach (var draw in (Func<INoise, Tensor>[])[noise => noise.Rand(1, 5), noise => noise.Randint(3, 1, 40), noise => noise.Multinomial(weights, 50, replacement: true)])
            Assert.Equal(Numbers(draw(first)), Numbers(draw(second)));

        Assert.All(Numbers(first.Rand(1, 100)), number => Assert.InRange(number, 0, 0.99999999));
        Assert.Equal([0, 1, 2], Numbers(first.Randint(3, 1, 100)).Distinct().Order());
        var categories = first.Multinomial(weights, 100, replacement: true);
        Assert.Equal([2, 100], categories.shape);
        Assert.Equal(ScalarType.Int64, categories.dtype);
        Assert.Equal([0, 2], Numbers(categories[0]).Distinct().Order());
        Assert.Equal([1, 2], Numbers(categories[1]).Distinct().Order());
    }

    [Fact]
    public void A_recording_gives_each_episode_its_rows()
    {
        new SafetensorsWriter()
            .Add<float>("rng.000.rand", [0.25f, 0.5f], 2, 1)
            .Add<long>("rng.001.multinomial", [0, 1, 2, 2, 1, 0], 6, 1)
            .Add<long>("rng.002.randint", [4, 7], 2, 1)
            .Save(_file);
        var (chunk, _) = RecordedDraws.Open(_file, episodes: 2);
        using var noise = new RecordedNoise(chunk.OfEpisode(1));
        Assert.Equal([0.5], Numbers(noise.Rand(1, 1)));
        var categories = noise.Multinomial(ones(3, 3), 1);
        Assert.Equal([3, 1], categories.shape);
        Assert.Equal(ScalarType.Int64, categories.dtype);
        Assert.Equal([2, 1, 0], Numbers(categories));
        Assert.Contains(
            "a recorded draw is 7, but the policy draws whole numbers below 5",
            Assert.Throws<EvalCoreException>(() => noise.Randint(5, 1, 1)).Message, StringComparison.Ordinal);
    }

    private static double[] Numbers(Tensor tensor) => [.. tensor.to(ScalarType.Float64).contiguous().data<double>()];
}
