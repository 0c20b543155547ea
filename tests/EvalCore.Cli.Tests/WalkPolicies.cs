using EvalCore.Environments;
using EvalCore.Policies;

namespace EvalCore.Cli.Tests;

/// <summary>Makes <see cref="WalkPolicy"/>, for walks alone.</summary>
internal sealed class WalkPolicies : IPolicyFactory
{
    public IReadOnlyDictionary<string, string> Types { get; } =
        new Dictionary<string, string> { ["walker"] = "walks on, four steps at a time" };

    public bool Knows(string type, EnvConfig env) => type == "walker" && env is WalkConfig;

    public IReadOnlyCollection<string> Fields(string type) => ["n_action_steps"];

    public IPolicy Make(PolicyOptions options, EnvConfig env, Action<string> warn)
    {
        if (options.Device == "cuda")
            warn("no GPU here: --policy.device=cpu");
        return new WalkPolicy(PolicyBatching.PerSession);
    }
}
