using System.Text.Json.Serialization;
using EvalCore.Policies;

namespace Benchmarks.MetaWorld;

/// <summary>The flags of Meta-World's scripted experts: those of every policy, which have no effect on them.</summary>
public sealed class MetaWorldExpertConfig : PolicyConfig
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Type => MetaWorldExpert.TypeName;

    /// <inheritdoc/>
    public override IPolicy Make(PolicyContext context) => new MetaWorldExpert();
}
