using EvalCore.Evaluation;
using EvalCore.Options;
using EvalCore.Results;

namespace EvalCore.Tests.Results;

public sealed class RecordedOptionsTests
{
    [Fact]
    public void The_flags_of_the_output_are_flags_of_an_evaluation() =>
        Assert.Subset(OptionProperty.Of(typeof(EvalOptions)).Select(property => property.Name).ToHashSet(), RecordedOptions.OfOutput.ToHashSet());
}
