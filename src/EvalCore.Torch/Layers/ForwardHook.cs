using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>Forward hooks: see <see cref="Policies.PolicyNetwork.ForwardHook"/>.</summary>
internal static class ForwardHook
{
    /// <summary>The hook for the modules inside a module; an empty name is the module's own.</summary>
    public static Action<string, Tensor> Within(this Action<string, Tensor> hook, string module) =>
        (name, output) => hook(name.Length == 0 ? module : $"{module}.{name}", output);
}
