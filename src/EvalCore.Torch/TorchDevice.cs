using EvalCore.Policies;
using static TorchSharp.torch;

namespace EvalCore.Torch;

/// <summary>Where a policy computes.</summary>
internal static class TorchDevice
{
    /// <summary>The device that is asked for, or the CPU where there is no such GPU.</summary>
    /// <exception cref="EvalCoreException">The device has a name torch does not know.</exception>
    public static Device Choose(PolicyOptions options, Action<string> warn)
    {
        string name = options.Device;
        bool asked = name == "cuda" || (name.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(name[5..], out _));
        if (!asked && name != "cpu")
            throw new EvalCoreException($"--policy.device is '{name}'; it must be cuda, cuda:<number> or cpu");

        bool gpu = asked && cuda.is_available();
        if (asked && !gpu)
            warn($"--policy.device={name}: there is no GPU that this build of torch can use; computing on the CPU");
        if (options.UseAmp)
            warn("--policy.use_amp: TorchSharp has no automatic mixed precision; computing in float32");
        return gpu ? device(name) : CPU;
    }
}
