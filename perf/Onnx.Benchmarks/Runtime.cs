namespace Onnx.Benchmarks;

/// <summary>What runs a network.</summary>
public enum Runtime
{
    Torch,
    Onnx,
}
