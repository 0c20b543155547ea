using EvalCore.Policies;
using static TorchSharp.torch;

namespace EvalCore.Torch;

/// <summary>Where a policy computes, as torch names it.</summary>
internal static class TorchDevice
{
    /// <summary>The device that the flags name, or the CPU where there is no GPU.</summary>
    /// <exception cref="EvalCoreException">There are GPUs, but none of the number that is asked for.</exception>
    public static Device Choose(PolicyConfig config, Action<string> warn)
    {
        foreach (string name in (string[])["OMP_NUM_THREADS", "MKL_NUM_THREADS"])
        {
            // One thread is what an operation has in any case.
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } threads && threads != "1")
                warn($"{name}={threads}: no effect; an operation has one thread, or every core with --policy.batching=dynamic");
        }

        if (!config.Device.IsCuda)
            return CPU;
        if (!cuda.is_available())
        {
            warn($"--policy.device={config.Device}: there is no GPU that this build of torch can use; computing on the CPU");
            return CPU;
        }

        if (config.Device.Index >= cuda.device_count())
            throw new EvalCoreException($"--policy.device={config.Device}: the GPUs are cuda:0 to cuda:{cuda.device_count() - 1}");

        // TensorFloat-32 has 10 bits of mantissa: actions move by 1e-3. LeRobot lets convolutions and products use it.
        bool rounded = config.Batching == EvalCore.Policies.Batching.Dynamic;
        backends.cudnn.allow_tf32 = rounded;
        backends.cuda.matmul.allow_tf32 = rounded;
        return device(config.Device.ToString());
    }
}
