using System.Runtime.Intrinsics.X86;
using EvalCore.Torch.Layers;
using static TorchSharp.torch;

namespace EvalCore.Torch.Tests.Layers;

/// <summary>A convolution by Winograd's tiles, against torch's own in float64.</summary>
public sealed class WinogradConv2dTests : LayerTestBase
{
    public override void Dispose()
    {
        TorchThreads.Use(1);
        base.Dispose();
    }

    [Theory]
    [InlineData(64, 64, 1, 1, 1)]
    [InlineData(64, 72, 3, 5, 6)]
    [InlineData(64, 64, 2, 33, 50)]
    [InlineData(128, 64, 5, 11, 11)]
    [InlineData(256, 256, 1, 17, 18)]
    [InlineData(512, 512, 1, 16, 16)]
    public void Outputs_are_those_of_torch_but_for_rounding(int inputs, int outputs, int count, int height, int width)
    {
        var (weight, bias, x) = (Normal(outputs, inputs, 3, 3), Normal(outputs), Normal(count, inputs, height, width));
        var expected = Convolve(x, weight, bias);
        var conv = new WinogradConv2d(State, weight, bias, (count, height, width));
        AreClose(expected, conv.Forward(x), inputs);
        AreClose(expected, conv.Forward(x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)), inputs);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_shortcut_and_ReLU_are_part_of_it(bool bias)
    {
        var (weight, b, x, shortcut) = (Normal(64, 64, 3, 3), bias ? Normal(64) : null, Normal(2, 64, 14, 9), Normal(2, 64, 14, 9).mul(30f));
        var plain = Convolve(x, weight, b);
        var conv = new WinogradConv2d(State, weight, b, (2, 14, 9));
        AreClose(plain.relu(), conv.Forward(x, relu: true));
        AreClose(plain + shortcut, conv.Forward(x, shortcut));
        AreClose((plain + shortcut).relu(), conv.Forward(x, shortcut, relu: true));
    }

    [Fact]
    public void ReLU_keeps_NaN()
    {
        var (weight, x) = (Normal(64, 64, 3, 3), Normal(1, 64, 12, 12));
        weight[7, 3, 1, 1] = float.NaN;
        x[0, 5, 6, 6] = float.NaN;
        var y = new WinogradConv2d(State, weight, null, (1, 12, 12)).Forward(x, relu: true).isnan();
        Assert.True(y[0, 7].all().item<bool>());
        Assert.True(y[.., .., 5..8, 5..8].all().item<bool>());
        Assert.False(y[0, 8, 0..4, 0..4].any().item<bool>());
    }

    [Fact]
    public void Several_threads_give_the_same()
    {
        var (weight, x) = (Normal(64, 64, 3, 3), Normal(3, 64, 31, 30));
        var conv = new WinogradConv2d(State, weight, null, (3, 31, 30));
        var one = conv.Forward(x);
        TorchThreads.Use(3);
        Assert.True(one.equal(conv.Forward(x)).all().item<bool>());
    }

    [Fact]
    public void An_image_gives_the_same_alone_and_among_others()
    {
        var (weight, x) = (Normal(64, 64, 3, 3), Normal(5, 64, 13, 22));
        var conv = new WinogradConv2d(State, weight, null, (1, 13, 22));
        var together = conv.Forward(x);
        for (int i = 0; i < 5; i++)
            AreClose(together[i].to(ScalarType.Float64), conv.Forward(x[i].unsqueeze(0))[0]);
    }

    [Fact]
    public void Weights_and_biases_of_another_shape_or_type_are_refused()
    {
        Assert.Throws<ArgumentException>("weight", () => new WinogradConv2d(State, Normal(68, 64, 3, 3), null, (1, 20, 20)));
        Assert.Throws<ArgumentException>("weight", () => new WinogradConv2d(State, Normal(64, 68, 3, 3), null, (1, 20, 20)));
        Assert.Throws<ArgumentException>("bias", () => new WinogradConv2d(State, Normal(64, 64, 3, 3), Normal(63), (1, 20, 20)));
        Assert.Throws<ArgumentException>("bias", () => new WinogradConv2d(State, Normal(64, 64, 3, 3), Normal(64).to(ScalarType.BFloat16), (1, 20, 20)));
    }

    [Fact]
    public void Images_and_shortcuts_of_another_shape_or_type_are_refused()
    {
        var conv = new WinogradConv2d(State, Normal(72, 64, 3, 3), null, (1, 20, 20));
        var x = Normal(1, 64, 20, 20);
        Assert.Throws<ArgumentException>("x", () => conv.Forward(Normal(1, 72, 20, 20)));
        Assert.Throws<ArgumentException>("x", () => conv.Forward(x.to(ScalarType.BFloat16)));
        Assert.Throws<ArgumentException>("shortcut", () => conv.Forward(x, x));
        Assert.Throws<ArgumentException>("shortcut", () => conv.Forward(x, Normal(1, 72, 20, 19)));
    }

    [Fact]
    public void A_call_leaves_no_tensor()
    {
        var x = Normal(1, 64, 20, 20);
        var conv = new WinogradConv2d(State, Normal(64, 64, 3, 3), Normal(64), (1, 20, 20));
        using var scope = NewDisposeScope();
        conv.Forward(x, x, relu: true);
        Assert.Equal(1, scope.DisposablesCount);
    }

    [Theory]
    [InlineData(64, 24, 24, true)]
    [InlineData(512, 15, 20, true)]
    [InlineData(512, 3, 3, false)]
    [InlineData(256, 6, 6, false)]
    [InlineData(32, 24, 24, false)]
    [InlineData(68, 24, 24, false)]
    public void Few_channels_and_tiles_that_reach_far_outside_do_not_pay(int channels, int height, int width, bool pays) =>
        Assert.Equal(pays && Avx2.IsSupported, WinogradConv2d.Pays(Normal(channels, channels, 3, 3), (1, height, width)));

    private static Tensor Convolve(Tensor x, Tensor weight, Tensor? bias) =>
        nn.functional.conv2d(x.to(ScalarType.Float64), weight.to(ScalarType.Float64), bias?.to(ScalarType.Float64), padding: [1, 1]);

    /// <summary>
    /// The root mean square of rounding errors is at most float32's step times the root of the channels that are summed. A direct
    /// convolution's is a fourth to a tenth of it.
    /// </summary>
    private static void AreClose(Tensor expected, Tensor actual, int inputs = 64)
    {
        Assert.Equal(expected.shape, actual.shape);
        double error = RootMeanSquare(expected - actual) / RootMeanSquare(expected);
        Assert.True(error < 1.2e-7 * Math.Sqrt(inputs), $"the rounding error is {error:e1}");
    }

    private static double RootMeanSquare(Tensor x) => x.square().mean().sqrt().item<double>();
}
