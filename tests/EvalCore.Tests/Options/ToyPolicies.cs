using EvalCore.Environments;
using EvalCore.Policies;

namespace EvalCore.Tests.Options;

internal sealed class ToyPolicies : IPolicyFactory
{
    public IReadOnlyDictionary<string, string> Types { get; } =
        new Dictionary<string, string> { ["act"] = "action chunks", ["expert"] = "the toy's expert" };

    public bool Knows(string type, EnvConfig env) => Types.ContainsKey(type);

    public IReadOnlyCollection<string> Fields(string type) => type == "act" ? ["n_action_steps", "chunk_size", "use_vae"] : [];

    public IPolicy Make(PolicyOptions options, EnvConfig env, Action<string> warn) => throw new NotSupportedException();
}
