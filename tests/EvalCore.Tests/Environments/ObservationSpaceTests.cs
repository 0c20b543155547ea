using EvalCore.Environments;

namespace EvalCore.Tests.Environments;

/// <summary>The fields that a policy reads of an environment.</summary>
public class ObservationSpaceTests
{
    [Fact]
    public void A_field_that_the_environment_lacks_is_one_line_with_both_lists()
    {
        var space = new ObservationSpace(ObservationField.Vector("observation.state", 2), ObservationField.Vector("observation.keypoints", 16));
        Assert.Equal(["observation.keypoints"], space.Select(["observation.keypoints"]).Select(field => field.Key));
        Assert.Equal(
            "the policy reads observation.state, observation.image, but the environment has only observation.state, observation.keypoints: 'observation.image' is missing",
            Assert.Throws<EvalCoreException>(() => space.Select(["observation.state", "observation.image"])).Message);
    }
}
