using System.Text.Json;
using Safetensors;

namespace EvalCore.Numerics.Tests;

/// <summary>Compares <see cref="TorchGenerator"/> with recorded draws of torch, bit for bit.</summary>
public sealed class TorchGeneratorTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(42)]
    [InlineData(1000)]
    public void A_seeded_generator_draws_the_same_numbers_as_torch(ulong seed)
    {
        var json = JsonDocument.Parse(File.ReadAllBytes(Goldens.Find("numerics/rng.json"))).RootElement;
        var golden = json.GetProperty("torch_cpu_generator").GetProperty("seeds").GetProperty($"{seed}");
        float[] Expected(string name) => golden.GetProperty(name).Deserialize<float[]>()!;
        var random = new TorchGenerator(seed);
        Assert.Equal(Expected("randn_3"), Filled(3, random.Randn));
        Assert.Equal(Expected("randn_20"), Filled(20, random.Randn));
        Assert.Equal(Expected("randn_2x16"), Filled(32, random.Randn));
        Assert.Equal(Expected("rand_5"), Filled(5, random.Rand));
        Assert.Equal(golden.GetProperty("randint_0_100_6").Deserialize<long[]>(), Times(6, () => random.Randint(0, 100)));
        double[] doubles = new double[5];
        random.Randn(doubles);
        Assert.Equal(golden.GetProperty("normal_f64_5").Deserialize<double[]>(), doubles);
    }

    [Fact]
    public void Tensors_of_different_sizes_draw_the_same_numbers_as_torch()
    {
        using var file = Goldens.Open("policies/torch_rng.safetensors");
        var random = new TorchGenerator(1000);
        foreach (string name in (string[])
            ["0.randn_1x16x2", "1.randn_2x16x2", "2.randn_5", "3.randn_17", "4.normal_1x10x32", "5.rand_7", "6.randn_15", "7.randn_16"])
        {
            float[] expected = file.Read<float>($"seed1000.{name}");
            Assert.Equal(expected, Filled(expected.Length, name.Contains(".rand_") ? random.Rand : random.Randn));
        }
    }

    [Fact]
    public void Initial_weights_match_torch()
    {
        using var file = Goldens.Open("policies/torch_rng.safetensors");
        var random = new TorchGenerator(0);
        Assert.Equal(file.Read<float>("seed0.0.randn_4x3_f32"), Filled(12, random.Randn));
        float bound = (float)(1 / Math.Sqrt(3));
        Assert.Equal(file.Read<float>("seed0.1.uniform_linear_init"), Filled(12, tensor => random.Uniform(tensor, -bound, bound)));
    }

    [Fact]
    public void Multinomial_draws_the_same_indices_as_torch()
    {
        using var file = Goldens.Open("policies/torch_rng.safetensors");
        float[] weights = file.Read<float>("multinomial_weights");
        var random = new TorchGenerator(7);
        foreach (string name in (string[])["0.multinomial_6x16", "1.multinomial2_6x16"])
        {
            for (int row = 0; row < 6; row++)
                Assert.Equal(file.Span<long>($"seed7.{name}")[row], random.Multinomial(weights.AsSpan(16 * row, 16)));
        }

        Assert.Equal(file.Read<long>("seed7.2.randint_0_5_2"), Times(2, () => random.Randint(0, 5)));
        Assert.Equal(file.Read<float>("seed7.3.randn_like_3x4"), Filled(12, random.Randn));
    }

    [Fact]
    public void A_restored_state_draws_the_same_numbers_as_torch()
    {
        using var file = Goldens.Open("numerics/torch_noise.safetensors");
        AssertDraws(file, "", batch: 1);
    }

    /// <summary>Compares all 145,920 numbers that a diffusion policy drew in recorded evaluations.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void The_noise_of_recorded_evaluations_is_reproduced(int batch)
    {
        using var file = Goldens.Open($"policies/eval_pusht/diffusion_bs{batch}/trace.safetensors");
        for (int rollout = 0; rollout < 4 / batch; rollout++)
            AssertDraws(file, $"r{rollout}.", batch);
    }

    [Fact]
    public void Bytes_that_are_not_a_state_are_rejected()
    {
        Assert.Throws<ArgumentException>(() => TorchGenerator.FromState(new byte[5000]));
        Assert.Throws<ArgumentException>(() => TorchGenerator.FromState(new byte[TorchGenerator.StateLength]));
    }

    [Fact]
    public void Drawing_allocates_nothing()
    {
        var random = new TorchGenerator(1);
        float[] tensor = new float[100];
        Assert.Equal(0, Allocated.By(() =>
        {
            random.Randn(tensor);
            random.Randn(tensor.AsSpan(0, 15));
        }));
    }

    private static void AssertDraws(SafetensorsFile file, string prefix, int batch)
    {
        var random = TorchGenerator.FromState(file.Span<byte>(prefix + "rng_state_start"));
        float[] draw = new float[batch * 16 * 2];
        var expected = file.Span<float>(prefix + "noise");
        Assert.Equal(380 * draw.Length, expected.Length);
        for (; !expected.IsEmpty; expected = expected[draw.Length..])
        {
            random.Randn(draw);
            Assert.True(expected[..draw.Length].SequenceEqual(draw));
        }
    }

    private delegate void Fill(Span<float> tensor);

    private static float[] Filled(int n, Fill fill)
    {
        float[] tensor = new float[n];
        fill(tensor);
        return tensor;
    }

    private static long[] Times(int n, Func<long> draw) => [.. Enumerable.Range(0, n).Select(_ => draw())];
}
