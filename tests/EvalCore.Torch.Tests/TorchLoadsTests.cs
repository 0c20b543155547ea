using static TorchSharp.torch;

namespace EvalCore.Torch.Tests;

/// <summary>The build's arrangement of native libraries, end to end.</summary>
public class TorchLoadsTests
{
    [Fact]
    public void Libtorch_loads_and_computes()
    {
        using var x = tensor(new float[] { 1, 2, 3, 4 }).reshape(2, 2);
        Assert.Equal([7f, 10f, 15f, 22f], x.matmul(x).data<float>().ToArray());
    }
}
