using EvalCore.Torch.Checkpoints;
using Safetensors;
using static TorchSharp.torch;

namespace EvalCore.Torch.Tests.Checkpoints;

/// <summary>The types that weights are loaded in.</summary>
public sealed class StateDictTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Weights_are_float32_unless_a_part_is_loaded_in_another_type()
    {
        new SafetensorsWriter().Add<Half>("a.weight", [(Half)0.5f, (Half)2f], 2).Add<float>("a.bias", [1f], 1).Save(_file);
        using var state = StateDict.Open(_file, CPU);
        var part = state["a"];
        Assert.Equal(ScalarType.Float32, part.Load("weight", 2).dtype);
        Assert.Equal(ScalarType.Float16, state.As(null)["a"].Load("weight", 2).dtype);
        Assert.Equal(ScalarType.Float32, part.As(null).Load("bias", 1).dtype);
        var narrow = part.As(ScalarType.BFloat16).Load("weight", 2);
        Assert.Equal(ScalarType.BFloat16, narrow.dtype);
        using var wide = narrow.to(ScalarType.Float32);
        Assert.Equal([0.5f, 2f], wide.data<float>().ToArray());
    }
}
