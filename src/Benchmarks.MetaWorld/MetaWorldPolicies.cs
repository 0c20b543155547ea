using EvalCore.Environments;
using EvalCore.Policies;

namespace Benchmarks.MetaWorld;

/// <summary>The policies that come with Meta-World.</summary>
public sealed class MetaWorldPolicies : IPolicySource
{
    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Types { get; } =
        new Dictionary<string, string> { [MetaWorldExpert.TypeName] = "Meta-World's scripted expert for each task" };

    /// <inheritdoc/>
    public bool Plays(string type, EnvConfig env) => type == MetaWorldExpert.TypeName && env is MetaWorldConfig;

    /// <inheritdoc/>
    public PolicyConfig NewConfig(string type) => type == MetaWorldExpert.TypeName
        ? new MetaWorldExpertConfig()
        : throw new ArgumentException($"Meta-World has no policy of type '{type}'.", nameof(type));
}
