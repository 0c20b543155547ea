using EvalCore.Policies;
using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Layers;
using EvalCore.Torch.Policies.Act;
using EvalCore.Torch.Tests.Plain;
using static EvalCore.Torch.Tests.Closeness;
using static TorchSharp.torch;

namespace EvalCore.Torch.Tests.Policies;

/// <summary><c>--policy.use_amp</c> on the CPU, where products have bfloat16's 8 bits.</summary>
public sealed class AutocastTests : IDisposable
{
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();
    private readonly Generator _generator = new(3, CPU);

    public void Dispose()
    {
        _scope.Dispose();
        _generator.Dispose();
    }

    [Fact]
    public void Products_read_and_give_bfloat16()
    {
        using var autocast = new Autocast(CPU);
        var (x, weight, bias) = (Randn(2, 5, 8), Randn(6, 8), Randn(6));
        Same(Rounded(nn.functional.linear(Read(x), Read(weight), Read(bias))), () => Autocast.Linear(x, weight, bias));
        Same(Rounded(addmm(Read(bias), Read(x[0]), Read(weight.t()), 1, 1)), () => Autocast.Addmm(bias, x[0], weight.t()));
        Same(Rounded(Read(x).matmul(Read(weight.t()))), () => Autocast.Matmul(x, weight.t()));

        var (image, kernel) = (Randn(2, 3, 9, 7), Randn(4, 3, 3, 3));
        Same(
            Rounded(nn.functional.conv2d(Read(image), Read(kernel), Read(bias[..4]), [2, 2], [1, 1])),
            () => Autocast.Conv2d(image, kernel, bias[..4], [2, 2], [1, 1]));

        var (q, k, v, mask) = (Randn(1, 2, 4, 8), Randn(1, 2, 6, 8), Randn(1, 2, 6, 8), Randn(1, 1, 4, 6));
        Same(
            Rounded(nn.functional.scaled_dot_product_attention(Read(q), Read(k), Read(v), Read(mask))),
            () => Autocast.Attention(q, k, v, mask));

        void Same(Tensor expected, Func<Tensor> product)
        {
            Tensor actual;
            using (Autocast.Enter(autocast))
                actual = product();
            Assert.Equal(ScalarType.Float32, actual.dtype);
            Assert.Equal(Values(Rounded(actual)), Values(actual));

            // A sum in another order may round to the neighbour.
            Close(Values(expected), Values(actual), Largest(Values(expected)) / 256, "product");

            float[] full = Values(product());
            Assert.NotEqual(full, Values(actual));
            Close(full, Values(actual), Largest(full) / 32, "in float32");
        }
    }

    [Theory]
    [MemberData(nameof(ExactnessTests.Checkpoints), MemberType = typeof(ExactnessTests))]
    public void Actions_differ_by_the_size_of_bfloat16_and_do_not_depend_on_the_batch(string name)
    {
        const int Episodes = 4;
        using var full = ExactnessTests.Load(name, Batching.Exact, out var space);
        using var mixed = ExactnessTests.Load(name, Batching.Exact, out _, "use_amp=true");
        float[][] expected = ExactnessTests.Play(full, space, [0, 1, 2, 3]);
        float[][] alone = [.. Enumerable.Range(0, Episodes).Select(i => ExactnessTests.Play(mixed, space, [i])[0])];
        Assert.Equal(alone.Reverse(), ExactnessTests.Play(mixed, space, [3, 2, 1, 0]));

        // Nothing of the network's own tensors has changed.
        Assert.Equal(expected, ExactnessTests.Play(full, space, [0, 1, 2, 3]));

        double size = expected.Max(chunk => Largest(chunk));
        double[] differences = [.. expected.Zip(alone, (e, a) => e.Zip(a, (x, y) => Math.Abs(x - y)).Max() / size)];
        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {string.Join(", ", differences.Select(difference => difference.ToString("g3")))} of the largest action");

        // A plan, a code or a token may be another one where two are nearly equal; the most probable tokens are the same here.
        Array.Sort(differences);
        Assert.InRange(differences[2], name == "pi0_fast" ? 0 : 1e-4, 0.06);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Act_computes_what_a_plain_network_computes_that_casts_by_hand(bool preNorm)
    {
        string model = Path.GetTempFileName();
        try
        {
            var observation = new Dictionary<string, Tensor> { ["observation.state"] = Randn(2, 5), ["observation.environment_state"] = Randn(2, 7) };
            var config = new ActConfig
            {
                DimModel = 32, NHeads = 4, DimFeedforward = 48, NEncoderLayers = 2, NDecoderLayers = 2, ChunkSize = 6, NActionSteps = 6,
                LatentDim = 8, PreNorm = preNorm, Path = ".", OutputFeatures = { ["action"] = new PolicyFeature(FeatureType.ACTION, [3]) },
                InputFeatures =
                {
                    ["observation.state"] = new PolicyFeature(FeatureType.STATE, [5]), ["observation.environment_state"] = new PolicyFeature(FeatureType.ENV, [7]),
                },
            };
            config.Validate();
            using var weights = new Weights(1);
            using var lowered = new Weights(1) { Lower = Read };
            float[] full = Values(Plain(weights)), expected = Values(Plain(lowered));
            weights.Save(model);
            using var autocast = new Autocast(CPU);
            using var precision = Autocast.Enter(autocast);
            using var network = new ActNetwork(config, StateDict.Open(model, CPU), []);
            float[] actual = Values(network.PredictActionChunk(observation, []));
            double fromTwin = Distance(expected, actual), fromFull = Distance(full, actual);
            TestContext.Current.TestOutputHelper?.WriteLine($"root mean square: {fromTwin:g3} from the plain network that casts, {fromFull:g3} from float32");
            Assert.True(fromTwin < 0.25 * fromFull, $"{fromTwin:g3}, {fromFull:g3}");

            Tensor Plain(Weights of) => new PlainAct(of, 32, 4, 48, 2, 2, 6, preNorm, "relu", [2, 2, 2, 2], false, [8, 8, 16, 16], false).Forward(
                observation["observation.state"], observation["observation.environment_state"], [], 3);
        }
        finally
        {
            File.Delete(model);
        }
    }

    [Fact]
    public void A_result_says_that_it_is_of_mixed_precision()
    {
        using var full = ExactnessTests.Load("pusht_act_keypoints", Batching.Exact, out _);
        using var mixed = ExactnessTests.Load("pusht_act_keypoints", Batching.Exact, out _, "use_amp=true");
        Assert.DoesNotContain("use_amp", full.Provenance.Keys);
        Assert.Equal("bfloat16", mixed.Provenance["use_amp"]);
    }

    private static double Distance(float[] a, float[] b) => Math.Sqrt(a.Zip(b, (x, y) => Math.Pow(x - y, 2)).Average());

    /// <summary>What a product reads: bfloat16, and where the processor has no such products, the same numbers in float32.</summary>
    private static Tensor Read(Tensor x)
    {
        var lower = x.to(ScalarType.BFloat16);
        return Bfloat16.IsWidened(lower) ? lower.to(ScalarType.Float32) : lower;
    }

    private static Tensor Rounded(Tensor x) => x.to(ScalarType.BFloat16).to(ScalarType.Float32);

    private static float[] Values(Tensor x) => [.. x.contiguous().data<float>()];

    private Tensor Randn(params long[] size) => randn(size, generator: _generator);
}
