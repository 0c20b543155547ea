using EvalCore.Environments;
using EvalCore.Evaluation;
using EvalCore.Policies;
using EvalCore.Tests.Isolation;

namespace EvalCore.Cli.Tests.Isolation;

/// <summary>The suite fragile, and a policy that plays it.</summary>
internal sealed class FragileSuite : ISuite
{
    public IReadOnlyList<IPolicySource> Policies { get; } = [new Walkers()];

    public EnvConfig NewConfig() => new FragileConfig();

    private sealed class Walkers : IPolicySource
    {
        public IReadOnlyDictionary<string, string> Types { get; } = new Dictionary<string, string> { ["fragile-walker"] = "walks with chunks of four actions" };

        public bool Plays(string type, EnvConfig env) => env is FragileConfig;

        public PolicyConfig NewConfig(string type) => new Walker();
    }

    private sealed class Walker : PolicyConfig
    {
        public override string Type => "fragile-walker";

        public override IPolicy Make(PolicyContext context) => new WalkPolicy(PolicyBatching.PerSession);
    }
}
