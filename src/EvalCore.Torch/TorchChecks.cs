using EvalCore.Diagnostics;
using TorchSharp;

namespace EvalCore.Torch;

/// <summary>What a policy in torch needs on a machine.</summary>
public static class TorchChecks
{
    /// <summary>The checks.</summary>
    public static IReadOnlyList<Check> All { get; } = [new("torch", Load), new("GPU", FindGpu, Optional: true)];

    private static string Load()
    {
        TorchLibrary.Load();
        using var one = torch.ones(1);
        return $"libtorch {torch.__version__}, {torch.get_num_threads()} threads";
    }

    private static string FindGpu()
    {
        Load();
        return torch.cuda.is_available()
            ? $"{torch.cuda.device_count()} with CUDA"
            : throw new EvalCoreException("none that this build of torch can use: policies compute on the CPU; for an NVIDIA GPU add the package TorchSharp-cuda-linux to your project, or build EvalCore's repository with -p:Torch=cuda");
    }
}
