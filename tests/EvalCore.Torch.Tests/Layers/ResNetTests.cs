using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Layers;
using EvalCore.Torch.Tests.Plain;
using static TorchSharp.torch;

namespace EvalCore.Torch.Tests.Layers;

/// <summary>What a ResNet of any width does with unusual tensors. That its numbers are right, the policies' tests show.</summary>
public sealed class ResNetTests : IDisposable
{
    private static readonly string[] Names = ["conv1", "bn1", "layer1", "layer2", "layer3", "layer4"];

    private readonly string _file = Path.GetTempFileName();
    private readonly TorchSharp.DisposeScope _scope;
    private readonly Weights _weights = new(1);

    public ResNetTests()
    {
        TorchThreads.Load();
        _scope = NewDisposeScope();
    }

    public void Dispose()
    {
        _weights.Dispose();
        _scope.Dispose();
        File.Delete(_file);
    }

    [Theory]
    [InlineData(64, 8)]
    [InlineData(256, 17)]
    public void NaN_stays_NaN(int width, int side)
    {
        var x = Make(4 * side, [width, width, width, width]);
        _weights["layer1.0.conv1.weight", width, width, 3, 3].view(-1)[0] = float.NaN;
        _weights.Save(_file);
        using var state = StateDict.Open(_file, CPU);
        var network = new ResNet("resnet18", state, ResNet.ModuleNames, groupNorm: false, (1, 4 * side, 4 * side));
        Assert.True(network.Forward(x).isnan().all().item<bool>());
    }

    [Fact]
    public void A_convolution_of_other_channels_than_the_one_before_it_gives_is_named()
    {
        Make(32, [64, 128, 64, 64]);
        _weights.Save(_file);
        using var state = StateDict.Open(_file, CPU);
        state.Rename(name => name switch
        {
            "layer2.0.conv1.weight" => "layer2.0.conv2.weight",
            "layer2.0.conv2.weight" => "layer2.0.conv1.weight",
            _ => name,
        });
        _ = new ResNet("resnet18", state, ResNet.ModuleNames, groupNorm: false, (1, 32, 32));
        string message = Assert.Throws<EvalCoreException>(() => state.Close(_ => false)).Message;
        Assert.Contains("'layer2.0.conv2.weight' is F32 [128, 128, 3, 3], but the configuration asks for [128, 64, 3, 3]", message);
    }

    /// <summary>Makes the weights of a ResNet-18, and an image.</summary>
    private Tensor Make(long side, long[] widths)
    {
        var x = randn(1, 3, side, side);
        _weights.ResNet(x, Names, [2, 2, 2, 2], false, widths, _weights.BatchNorm, false);
        return x;
    }
}
