using EvalCore.Torch.Checkpoints;
using Safetensors;
using static TorchSharp.torch;

namespace EvalCore.Torch.Tests.Layers;

/// <summary>What tests of a layer with weights of their own need: a state that keeps tensors, a scope, and normal numbers.</summary>
public abstract class LayerTestBase : IDisposable
{
    private readonly string _file = Path.GetTempFileName();
    private readonly TorchSharp.DisposeScope _scope;
    private readonly Generator _generator;

    private protected LayerTestBase()
    {
        TorchThreads.Load();
        new SafetensorsWriter().Add<float>("nothing", [1f], 1).Save(_file);
        State = StateDict.Open(_file, CPU);
        _scope = NewDisposeScope();
        _generator = new Generator(1, CPU);
    }

    private protected StateDict State { get; }

    public virtual void Dispose()
    {
        _generator.Dispose();
        _scope.Dispose();
        State.Dispose();
        File.Delete(_file);
        GC.SuppressFinalize(this);
    }

    private protected Tensor Normal(params long[] size) => randn(size, generator: _generator);
}
