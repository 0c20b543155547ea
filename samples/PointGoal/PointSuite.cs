using System.ComponentModel.DataAnnotations;
using EvalCore.Assets;
using EvalCore.Environments;
using EvalCore.Evaluation;

namespace PointGoal;

/// <summary>What a program adds to its registry.</summary>
public sealed class PointSuite : ISuite
{
    public EnvConfig NewConfig() => new PointConfig();
}

/// <summary>The flags <c>--env.*</c>.</summary>
public sealed class PointConfig : EnvConfig
{
    public override string Type => "point";

    [AllowedValues("reach")]
    public override string Task { get; set; } = "reach";

    public override int Fps { get; set; } = 10;

    public override IBenchmark Open(AssetStore assets) => new PointBenchmark(this);
}
