using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using EvalCore.Environments;
using EvalCore.Policies;

namespace EvalCore.Cli.Tests;

/// <summary>Makes <see cref="WalkPolicy"/>, for the suite walk only.</summary>
internal sealed class WalkPolicies : IPolicySource
{
    public IReadOnlyDictionary<string, string> Types { get; } =
        new Dictionary<string, string> { ["walker"] = "walks with chunks of four actions" };

    public bool Plays(string type, EnvConfig env) => env is WalkConfig;

    public PolicyConfig NewConfig(string type) => new Walker();

    private sealed class Walker : PolicyConfig
    {
        public override string Type => "walker";

        [Description("steps between two observations")]
        [Range(1, 4)]
        public int NActionSteps { get; set; } = 4;

        public override IPolicy Make(PolicyContext context)
        {
            if (Device.IsCuda)
                context.Warn("no GPU here: --policy.device=cpu");
            return new WalkPolicy(PolicyBatching.PerSession);
        }
    }
}
