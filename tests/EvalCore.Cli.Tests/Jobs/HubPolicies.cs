using EvalCore.Policies;

namespace EvalCore.Cli.Tests.Jobs;

/// <summary>Policies at any path. <c>me/act</c> stands for a model on the Hub, whose branch is at <see cref="Commit"/>.</summary>
internal sealed class HubPolicies : IPolicySource
{
    /// <summary>The commit of the branch.</summary>
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    public IReadOnlyDictionary<string, string> Types { get; } = new Dictionary<string, string> { ["hub"] = "a policy of the Hub" };

    public PolicyConfig NewConfig(string type) => new HubPolicy();

    public PolicyConfig? Recognize(string path) => new HubPolicy { Path = path is "me/act" or "me/act@main" ? $"me/act@{Commit}" : path };

    private sealed class HubPolicy : PolicyConfig
    {
        public override string Type => "hub";

        public override IPolicy Make(PolicyContext context) => new WalkPolicy(PolicyBatching.PerSession);
    }
}
