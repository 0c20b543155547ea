using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace EvalCore.Numerics.Tests;

/// <summary>
/// Compares numpy's generators with the reference draws in <c>numerics/rng.json</c>, in the file's order, bit for bit.
/// The names are the file's; its README lists the calls.
/// </summary>
public sealed class NumpyRandomTests
{
    private static readonly JsonElement Golden = JsonDocument.Parse(File.ReadAllBytes(Goldens.Find("numerics/rng.json"))).RootElement;

    public static TheoryData<uint> Seeds => [0, 1, 7, 42, 1000, 1001, 123456789, 2147483647, 4294967295];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void RandomState_draws_the_same_numbers_as_numpy(uint seed)
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
    public void Generator_draws_the_same_numbers_as_numpy(uint seed)
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
    public void Gymnasium_np_random_is_default_rng(uint seed)
    {
        var random = Generator.DefaultRng(seed);
        foreach (var expected in Golden.GetProperty("gymnasium_np_random").GetProperty($"{seed}").EnumerateArray())
            Assert.Equal(Draws.Number(expected), random.Random());
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void SeedSequence_state_and_children_match_numpy(uint seed)
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

    /// <summary>Compares hashes of streams that are long enough to reach every rare branch.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(12345678901234567890)]
    public void Long_streams_of_Generator_match_numpy(ulong seed)
    {
        var random = Generator.DefaultRng(seed);
        AssertHashes($"default_rng({seed})",
            Bytes(200000, random.StandardNormal), Bytes(200000, random.StandardNormalSingle), Bytes(200000, () => random.Exponential(1)),
            Bytes(100000, () => random.Integers(-5, 1L << 40)), Bytes(100001, () => random.Integers(0, 3)), Bytes(1000, () => random.Uniform(-2, 5)),
            () => Longs(random.Choice(20000, 1000)), () => Longs(random.Choice(1000, 300)), () => Longs(random.Permutation(100000)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void Long_streams_of_RandomState_match_numpy(uint seed)
    {
        var random = new RandomState(seed);
        AssertHashes($"RandomState({seed})",
            Bytes(200000, random.Randn), Bytes(100000, () => random.Randint(-5, 1L << 40)), Bytes(100001, () => random.Randint(0, 3)),
            Bytes(1001, () => random.Normal(3, 2)), () => Longs(random.Permutation(100000)), () => Longs(random.Choice(1000, 300)));
    }

    /// <summary>
    /// The expected words, of a sequence with several seeds and a spawn key and of its child, are from numpy 1.24.
    /// </summary>
    [Fact]
    public void SeedSequence_accepts_several_seeds_and_a_spawn_key()
    {
        var sequence = new SeedSequence([1, 1UL << 40, 3, 0, 9], 7, 8);
        uint[] words = new uint[6];
        sequence.GenerateState(words);
        Assert.Equal([1788297527, 1202663076, 3646054432, 3495204111, 4225523084, 1481717690], words);
        sequence.Spawn(3)[2].GenerateState(words.AsSpan(0, 2));
        Assert.Equal([1749071619, 195422334], words[..2]);
    }

    [Fact]
    public void Drawing_allocates_nothing()
    {
        var generator = Generator.DefaultRng(1);
        var legacy = new RandomState(1);
        Assert.Equal(0, Allocated.By(() =>
        {
            for (int i = 0; i < 10000; i++)
                _ = generator.Uniform(0, 1) + generator.Integers(0, 9) + generator.Normal(0, 1) + generator.Exponential(1)
                    + legacy.Uniform(0, 1) + legacy.Randint(0, 9) + legacy.Normal(0, 1);
        }));
    }

    /// <summary>
    /// Compares the draws with the hashes of a generator in <c>long_streams.json</c>, in the file's order.
    /// </summary>
    private static void AssertHashes(string generator, params Func<byte[]>[] draws)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Goldens.Find("numerics/long_streams.json")));
        var calls = json.RootElement.GetProperty(generator).EnumerateObject().ToArray();
        Assert.Equal(calls.Length, draws.Length);
        foreach (var (call, draw) in calls.Zip(draws))
            Assert.Equal((call.Name, call.Value.GetString()), (call.Name, Convert.ToHexStringLower(SHA256.HashData(draw()))));
    }

    private static Func<byte[]> Bytes<T>(int n, Func<T> draw) where T : unmanaged => () =>
    {
        var values = new T[n];
        for (int i = 0; i < n; i++)
            values[i] = draw();
        return MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
    };

    private static byte[] Longs(int[] values) => MemoryMarshal.AsBytes(values.Select(value => (long)value).ToArray().AsSpan()).ToArray();

    private static int[] Shuffled(int n, Action<Span<int>> shuffle)
    {
        int[] x = [.. Enumerable.Range(0, n)];
        shuffle(x);
        return x;
    }

    /// <summary>The reference draws of one generator. A test must compare all of them, in order.</summary>
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

        /// <summary>
        /// Parses a number: a decimal JSON number, or a string with a C hexadecimal float such as <c>-0x1.8p+3</c>.
        /// </summary>
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
