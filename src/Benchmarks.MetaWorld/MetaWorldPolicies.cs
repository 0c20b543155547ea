using EvalCore.Environments;
using EvalCore.Policies;

namespace Benchmarks.MetaWorld;

/// <summary>The policies that come with Meta-World.</summary>
public sealed class MetaWorldPolicies : IPolicyFactory
{
    internal const string Expert = "expert";

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Types { get; } =
        new Dictionary<string, string> { [Expert] = "Meta-World's scripted expert for each task" };

    /// <inheritdoc/>
    public bool Knows(string type, EnvConfig env) => type == Expert && env is MetaWorldConfig;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Fields(string type) => [];

    /// <inheritdoc/>
    public IPolicy Make(PolicyOptions options, EnvConfig env, Action<string> warn) => new MetaWorldExpert();
}
