using System.Globalization;
using System.Text.Json;
using EvalCore.Numerics;

namespace EvalCore.Tests.Numerics;

/// <summary>
/// Every draw of the reference file, in its order, bit for bit. The names are the file's; the calls behind them are in
/// its README.
/// </summary>
public sealed class NumpyRandomTests
{
    private static readonly JsonElement Golden = JsonDocument.Parse(File.ReadAllBytes(Goldens.Find("numerics/rng.json"))).RootElement;

    public static TheoryData<uint> Seeds => [0, 1, 7, 42, 1000, 1001, 123456789, 2147483647, 4294967295];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void RandomState_draws_what_numpy_draws(uint seed)
    {
        var random = new RandomState(seed);
        var draws = new Draws(Golden.GetProperty("numpy_RandomState").GetProperty($"{seed}"));
        draws.Next("random_sample_5", random.RandomSample);
        draws.Next("randint_50_450_x6", () => random.Randint(50, 450));
        draws.Next("randint_100_400_one_by_one_x4", () => random.Randint(100, 400));
        draws.Next("randn_7", random.Randn);
        draws.Next("uniform_-1_1_5", () => random.Uniform(-1, 1));
        draws.Next("normal_2_3_4", () => random.Normal(2, 3));
        draws.Next("permutation_10", random.Permutation(10));
        draws.Next("choice_10_4_noreplace", random.Choice(10, 4));
        draws.Next("shuffle_arange12", Shuffled(12, random.Shuffle));
        draws.Next("tomaxint_3", random.Tomaxint);
        draws.Next("randint_int64_big", () => random.Randint(0, 1L << 40));
        draws.Next("after_random_sample_3", random.RandomSample);
        draws.End();
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Generator_draws_what_numpy_draws(uint seed)
    {
        var random = Generator.DefaultRng(seed);
        var draws = new Draws(Golden.GetProperty("numpy_default_rng_PCG64").GetProperty($"{seed}"));
        double[] low = [-0.1, 0.6, 0.015], high = [0.1, 0.7, 0.02];
        int next = 0;
        draws.Next("random_5", random.Random);
        draws.Next("uniform_low_high_3", () => random.Uniform(low[next], high[next++]));
        draws.Next("integers_0_10_x8", () => random.Integers(0, 10));
        draws.Next("integers_0_2^31_x3", () => random.Integers(0, 1L << 31));
        draws.Next("normal_6", random.StandardNormal);
        draws.Next("standard_normal_f32_4", () => (double)random.StandardNormalSingle());
        draws.Next("permutation_10", random.Permutation(10));
        draws.Next("choice_10_4", random.Choice(10, 4));
        draws.Next("shuffle_12", Shuffled(12, random.Shuffle));
        draws.Next("exponential_3", () => random.Exponential(1));
        draws.Next("random_after_3", random.Random);
        draws.End();
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Gymnasium_seeds_as_default_rng_does(uint seed)
    {
        var random = Generator.DefaultRng(seed);
        foreach (var expected in Golden.GetProperty("gymnasium_np_random").GetProperty($"{seed}").EnumerateArray())
            Assert.Equal(Draws.Number(expected), random.Random());
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void SeedSequence_mixes_and_spawns_as_numpy_does(uint seed)
    {
        var golden = Golden.GetProperty("numpy_SeedSequence").GetProperty($"{seed}");
        var sequence = new SeedSequence(seed);
        uint[] words = new uint[8];
        sequence.GenerateState(words);
        Assert.Equal(golden.GetProperty("generate_state_8_uint32").Deserialize<uint[]>(), words);
        ulong[] longs = new ulong[4];
        sequence.GenerateState(longs);
        Assert.Equal(golden.GetProperty("generate_state_4_uint64").Deserialize<string[]>()!.Select(ulong.Parse), longs);

        uint[][] expected = golden.GetProperty("spawn_2_first4_uint32").Deserialize<uint[][]>()!;
        foreach (var (child, state) in sequence.Spawn(2).Zip(expected))
        {
            child.GenerateState(words.AsSpan(0, 4));
            Assert.Equal(state, words[..4]);
        }
    }

    private static int[] Shuffled(int n, Action<Span<int>> shuffle)
    {
        int[] x = [.. Enumerable.Range(0, n)];
        shuffle(x);
        return x;
    }

    /// <summary>The reference's draws of one generator; each must be asked for, in order.</summary>
    private sealed class Draws(JsonElement golden)
    {
        private readonly Queue<JsonProperty> _left = new(golden.EnumerateObject());

        public void Next(string name, Func<double> draw) => Next(name, value => Assert.Equal(Number(value), draw()));

        public void Next(string name, Func<long> draw) => Next(name, value => Assert.Equal(value.GetInt64(), draw()));

        public void Next(string name, int[] drawn)
        {
            int next = 0;
            Next(name, value => Assert.Equal(value.GetInt32(), drawn[next++]));
            Assert.Equal(drawn.Length, next);
        }

        public void End() => Assert.Empty(_left);

        private void Next(string name, Action<JsonElement> check)
        {
            var golden = _left.Dequeue();
            Assert.Equal(name, golden.Name);
            foreach (var value in golden.Value.EnumerateArray())
                check(value);
        }

        /// <summary>A number as C writes doubles in hexadecimal, <c>-0x1.8p+3</c>, or in decimal.</summary>
        public static double Number(JsonElement value)
        {
            if (value.ValueKind == JsonValueKind.Number)
                return value.GetDouble();
            string text = value.GetString()!;
            bool negative = text[0] == '-';
            string[] parts = text[(negative ? 3 : 2)..].Split('.', 'p');
            double mantissa = long.Parse(parts[0] + parts[1], NumberStyles.HexNumber);
            double number = Math.ScaleB(mantissa, int.Parse(parts[2]) - 4 * parts[1].Length);
            return negative ? -number : number;
        }
    }
}
