using System.Runtime.Intrinsics.X86;
using EvalCore.Torch.Layers;
using static EvalCore.Torch.Tests.Closeness;
using static TorchSharp.torch;

namespace EvalCore.Torch.Tests.Layers;

/// <summary>Layers whose weights are laid out beforehand, against torch's own calls.</summary>
public sealed class OneDnnTests : LayerTestBase
{
    [Theory]
    [InlineData(1, true)]
    [InlineData(11, true)]
    [InlineData(11, false)]
    [InlineData(300, true)]
    public void A_large_linear_layer_gives_what_torchs_gives(int rows, bool bias)
    {
        var (weight, b) = (Normal(700, 512).mul(0.05f), bias ? Normal(700) : null);
        Assert.Equal(Avx2.IsSupported, OneDnn.PaysLinear(weight));
        var x = Normal(2, rows, 512);
        var expected = nn.functional.linear(x, weight, b);
        var linear = new Linear(State, weight, b);
        var actual = linear.Forward(x);
        Assert.Equal([2, rows, 700], actual.shape);
        Close(Numbers(expected), Numbers(actual), 1e-5, "linear");
        Close(Numbers(expected), Numbers(linear.Forward(x.transpose(0, 1)).transpose(0, 1)), 1e-5, "linear of strided numbers");
        Assert.Equal(Avx2.IsSupported, weight.IsInvalid);
    }

    [Fact]
    public void Weights_that_are_small_or_not_float32_or_of_mixed_precision_or_that_do_not_fit_are_left_as_they_are()
    {
        Assert.False(OneDnn.PaysLinear(Normal(64, 512)));
        Assert.False(OneDnn.Takes(Normal(700, 512).to(ScalarType.BFloat16)));
        Assert.False(OneDnn.Takes(State.LoadTemporary("missing", 700, 512)));
        var weight = Normal(700, 512);
        Assert.Equal(Avx2.IsSupported, OneDnn.Takes(weight));
        using var autocast = new Autocast(CPU);
        using var precision = Autocast.Enter(autocast);
        Assert.False(OneDnn.Takes(weight));
    }

    [Theory]
    [InlineData(3, 64, 7, 2, 3, 1, 1, 37)]
    [InlineData(64, 64, 3, 1, 1, 1, 5, 21)]
    [InlineData(64, 128, 3, 2, 1, 1, 1, 24)]
    [InlineData(32, 48, 3, 1, 2, 2, 2, 9)]
    [InlineData(512, 512, 1, 1, 0, 1, 1, 3)]
    [InlineData(64, 64, 3, 1, 1, 1, 1, 1)]
    [InlineData(512, 512, 3, 1, 1, 1, 2, 3)]
    public void A_convolution_gives_what_torchs_gives(int inputs, int outputs, int kernel, int stride, int padding, int dilation, int images, int side)
    {
        var (weight, bias) = (Normal(outputs, inputs, kernel, kernel).mul(0.05f), Normal(outputs));
        var x = Normal(images, inputs, side, side);
        var expected = nn.functional.conv2d(x, weight, bias, [stride, stride], [padding, padding], [dilation, dilation]);
        Assert.Equal(Avx2.IsSupported, OneDnn.Takes(weight));
        var conv = new Conv2d(State, weight, bias, (1, side, side), stride, padding, dilation);
        var actual = conv.Forward(x);
        Assert.Equal(expected.shape, actual.shape);
        Close(Numbers(expected), Numbers(actual), 1e-5 * Math.Sqrt(inputs), "convolution");
    }

    [Fact]
    public void Threads_that_call_a_layer_at_once_get_the_same_bits()
    {
        var linear = new Linear(State, Normal(700, 512).DetachFromDisposeScope(), null);
        var inputs = Enumerable.Range(0, 4).Select(_ => Normal(11, 512).DetachFromDisposeScope()).ToArray();
        float[][] alone = [.. inputs.Select(x => Numbers(linear.Forward(x)))];
        Parallel.For(0, 200, i =>
        {
            TorchThreads.Use(1);
            using var scope = NewDisposeScope();
            Assert.Equal(alone[i % 4], Numbers(linear.Forward(inputs[i % 4])));
        });
        foreach (var input in inputs)
            input.Dispose();
    }

    [Fact]
    public void A_call_leaves_no_tensor()
    {
        var linear = new Linear(State, Normal(700, 512), Normal(700));
        var x = Normal(3, 512);
        linear.Forward(x);
        using (var scope = NewDisposeScope())
        {
            linear.Forward(x);
            Assert.Equal(1, scope.DisposablesCount);
        }
    }

    private static float[] Numbers(Tensor x) => x.contiguous().data<float>().ToArray();
}
