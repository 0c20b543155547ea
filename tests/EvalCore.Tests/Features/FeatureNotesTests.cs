using EvalCore.Environments;
using EvalCore.Features;

namespace EvalCore.Tests.Features;

/// <summary>
/// What the notes say of inputs and actions that are not those of the training data. Every number is formed from its step, so
/// the statistics of the data are known.
/// </summary>
public sealed class FeatureNotesTests
{
    private const string State = "observation.state", Front = "observation.images.front", Wrist = "observation.images.wrist";

    private static readonly double[] FrontColour = [0.7, 0.5, 0.3], WristColour = [0.2, 0.3, 0.4];

    /// <summary>An arm of two joints in radians and the opening of a gripper in metres.</summary>
    private static readonly FeatureStatistics OfState = new()
    {
        Mean = [0, 0.5, 0.02], Std = [0.6, 0.3, 0.012], Min = [-1, 0, 0], Max = [1, 1, 0.04],
    };

    private static readonly FeatureStatistics OfAction = new() { Mean = [0, 0.5], Std = [0.6, 0.3], Min = [-1, 0], Max = [1, 1] };

    private static readonly ObservationSpace Space = new(
        ObservationField.Vector(State, 3), ObservationField.Image(Front, 40, 50), ObservationField.Image(Wrist, 40, 50));

    private static readonly ActionSpace Actions = new(
        new ActionComponent("x", "m", -1, 1, IsRelative: true), new ActionComponent("gripper", "", 0, 1, IsRelative: false));

    private readonly Dictionary<string, FeatureStatistics> _statistics = new()
    {
        [State] = OfState, [Feature.Action] = OfAction, [Front] = Of(FrontColour), [Wrist] = Of(WristColour),
    };

    [Fact]
    public void What_is_like_the_training_data_has_no_note() => Assert.Empty(Notes());

    [Fact]
    public void Two_cameras_that_are_swapped_are_named() => Assert.Equal(
        "observation.images.front and observation.images.wrist: over all images each is unlike its statistics, and like the other's "
        + "(mean colour 0.20 0.30 0.40, statistics 0.70 0.50 0.30; mean colour 0.70 0.50 0.30, statistics 0.20 0.30 0.40); "
        + "likely two cameras that are swapped (--rename_map, or the order of cameras)",
        Assert.Single(Notes(front: WristColour, wrist: FrontColour)));

    [Fact]
    public void BGR_for_RGB_is_named()
    {
        string[] notes = [.. Notes(front: [.. FrontColour.Reverse()], wrist: [.. WristColour.Reverse()])];
        Assert.Equal(
            "observation.images.front: over all images red and blue are exchanged (mean colour 0.30 0.50 0.70, statistics 0.70 0.50 0.30); likely BGR for RGB, in the data or in the environment",
            notes[0]);
        Assert.StartsWith("observation.images.wrist: over all images red and blue are exchanged", notes[1], StringComparison.Ordinal);
        Assert.Equal(2, notes.Length);
    }

    [Fact]
    public void Images_of_another_colour_than_the_datas_are_named()
    {
        string note = Assert.Single(Notes(front: [0.1, 0.9, 0.9]));
        Assert.Equal(
            "observation.images.front: the mean of all images is 3.0 standard deviations from the statistics' (mean colour 0.10 0.90 0.90, statistics 0.70 0.50 0.30); "
            + "likely another camera, light or background, statistics of another data set, or a name that --rename_map does not give",
            note);
    }

    [Fact]
    public void Statistics_of_images_from_0_to_255_are_named()
    {
        _statistics[Front] = new FeatureStatistics { Mean = [178.5, 127.5, 76.5], Std = [51, 51, 51] };
        Assert.EndsWith("the statistics are of images from 0 to 255, the policy reads them from 0 to 1: likely wrong normalisation", Assert.Single(Notes()), StringComparison.Ordinal);
    }

    [Fact]
    public void Statistics_of_ImageNet_say_nothing_of_the_cameras()
    {
        _statistics[Front] = _statistics[Wrist] = new FeatureStatistics { Mean = [0.485, 0.456, 0.406], Std = [0.229, 0.224, 0.225] };
        Assert.Empty(Notes(front: [0.98, 0.97, 0.99], wrist: [0.1, 0.1, 0.1]));
    }

    [Fact]
    public void A_flipped_image_cannot_be_seen() => Assert.Empty(Notes(flipped: true));

    [Fact]
    public void Black_images_are_named() => Assert.Equal(
        "observation.images.wrist: 100 % of the images are black: likely the renderer, or a camera inside of something",
        Assert.Single(Notes(wrist: [0, 0, 0], wristNoise: 0)));

    [Fact]
    public void Images_of_one_colour_are_named() => Assert.Equal(
        "observation.images.wrist: 100 % of the images have one colour only: likely the renderer, or a camera that sees nothing",
        Assert.Single(Notes(wrist: WristColour, wristNoise: 0)));

    [Fact]
    public void A_state_in_degrees_is_named() => Assert.Equal(
        "observation.state: 95.8 % of the values of components 0, 1 are far outside the statistics' [min, max] (1: seen 0 to 57.3, statistics 0 to 1); "
        + "about 57.3 times too large: likely another unit (degrees and radians are 57.3 apart)",
        Assert.Single(Notes(state: (k, value) => k < 2 ? value * 180 / Math.PI : value)));

    [Fact]
    public void A_state_in_radians_for_degrees_is_named()
    {
        _statistics[State] = OfState with { Min = [-57.3, 0, 0], Max = [57.3, 57.3, 2.3], Mean = [0, 28, 1.1], Std = [34, 17, 0.7] };
        Assert.Contains("all values are below 2 % of the statistics' magnitude", Assert.Single(Notes()), StringComparison.Ordinal);
    }

    [Fact]
    public void Statistics_of_another_data_set_are_named()
    {
        _statistics[State] = new FeatureStatistics { Mean = [3, -2, 0.5], Std = [0.2, 0.2, 0.1], Min = [2.5, -2.5, 0.3], Max = [3.5, -1.5, 0.7] };
        string note = Assert.Single(Notes());
        Assert.StartsWith("observation.state: 100 % of the values of all components are far outside the statistics' [min, max] (", note, StringComparison.Ordinal);
        Assert.EndsWith("likely statistics of another data set, another environment, or another field under this name (--rename_map)", note, StringComparison.Ordinal);
    }

    [Fact]
    public void Statistics_of_normalised_data_are_named()
    {
        _statistics[State] = new FeatureStatistics { Mean = [0, 0, 0], Std = [1, 1, 1], Min = [-1, -1, -1], Max = [1, 1, 1] };
        Assert.Contains("are those of data that were normalised already", Assert.Single(Notes(state: (_, value) => value * 500)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_standard_deviation_of_zero_is_named_where_values_differ()
    {
        _statistics[State] = OfState with { Mean = [0, 0.5, 0], Std = [0.6, 0.3, 0], Min = [-1, 0, 0], Max = [1, 1, 0] };
        Assert.Contains("of component 2 are far outside the statistics' [min, max] (2: seen 0 to 0.04, statistics 0 to 0); the statistics there are of one value (a standard deviation of 0)", Assert.Single(Notes()), StringComparison.Ordinal);
        Assert.Empty(Notes(state: (k, value) => k == 2 ? 0 : value));
    }

    [Fact]
    public void A_standard_deviation_of_zero_in_a_range_that_is_right_is_named()
    {
        _statistics[State] = OfState with { Std = [0, 0.3, 0.012] };
        Assert.Equal(
            "observation.state: 100 % of the values of component 0 are not the mean of the statistics, whose standard deviation is 0 (0: seen -1 to 1, statistics -1 to 1); "
            + "normalised by it (MEAN_STD) they become huge: likely damaged statistics",
            Assert.Single(Notes()));
    }

    [Fact]
    public void Values_just_outside_of_the_range_are_no_inverted_sign()
    {
        _statistics[State] = OfState with { Min = [-1, -1, 0], Max = [1, 0.8, 0.04] };
        Assert.Empty(Notes(state: (k, value) => k == 1 ? 0.85 : value));
        Assert.Contains("likely a sign that is inverted", Assert.Single(Notes(state: (k, value) => k == 1 ? 1 : value)), StringComparison.Ordinal);
    }

    [Fact]
    public void Statistics_without_a_range_are_compared_in_standard_deviations()
    {
        _statistics[State] = new FeatureStatistics { Mean = [0, 0.5, 0.02], Std = [0.6, 0.3, 0.012] };
        Assert.Empty(Notes());
        Assert.Contains("are far outside 5 standard deviations of the statistics (0: seen -30 to 30, statistics -3 to 3); about 10 times too large", Assert.Single(Notes(state: (k, value) => k == 0 ? value * 30 : value)), StringComparison.Ordinal);
    }

    [Fact]
    public void An_inverted_gripper_is_named_where_its_range_has_one_sign()
    {
        Assert.Equal(
            "observation.state: 91.7 % of the values of component 2 are outside [min, max] (2: seen -0.04 to 0, statistics 0 to 0.04); "
            + "with the opposite sign they are inside: likely a sign that is inverted, of a gripper or of an axis",
            Assert.Single(Notes(state: (k, value) => k == 2 ? -value : value)));
        Assert.Equal(
            "action: 91.7 % of the actions of component gripper are outside the environment's bounds (gripper: seen -1 to 0, bounds 0 to 1); "
            + "with the opposite sign they are inside: likely a sign that is inverted, of a gripper or of an axis",
            Notes(action: (k, value) => k == 1 ? -value : value)[0]);
        Assert.Empty(Notes(state: (k, value) => k == 0 ? -value : value));
    }

    [Fact]
    public void Actions_of_another_scale_are_named()
    {
        // The statistics are those of the policy's own data, and so fit its actions.
        _statistics.Remove(Feature.Action);
        Assert.Equal(
            "action: 100 % of the actions of component x are far outside the environment's bounds (x: seen -50 to 50, bounds -1 to 1); "
            + "about 50 times too large: likely another scale or unit (degrees and radians are 57.3 apart), or absolute actions where the environment expects relative ones",
            Assert.Single(Notes(action: (k, value) => k == 0 ? value * 50 : value)));
        Assert.Equal(
            "action: all values are below 2 % of the magnitude of the environment's bounds (x: seen -0.01 to 0.01, bounds -1 to 1); "
            + "likely another scale or unit, or actions that are not brought back from their normalisation",
            Assert.Single(Notes(action: (_, value) => value / 100)));
    }

    [Fact]
    public void Actions_unlike_the_policys_own_data_are_named()
    {
        _statistics[Feature.Action] = OfAction with { Min = [-0.01, 0], Max = [0.01, 1] };
        Assert.Contains("the policy does what its data does not have", Assert.Single(Notes()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_that_leaves_its_data_is_told_from_a_wrong_input()
    {
        string note = Assert.Single(Notes(state: (k, value) => k == 1 ? value + 2 : value, fromStep: 3));
        Assert.EndsWith("at the start of the episodes they are inside: the policy likely goes where its data does not", note, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_that_are_not_finite_are_named() => Assert.Equal(
        "observation.state: 33.3 % of the numbers that the environment gives are not finite",
        Assert.Single(Notes(state: (k, value) => k == 2 ? double.NaN : value)));

    [Fact]
    public void The_tasks_are_named_where_only_some_are_far_out()
    {
        var features = Feature.Of(Space, Actions, _statistics);
        var notes = FeatureNotes.Of(features, [("reach", Play()), ("push", Play(state: (k, value) => k == 0 ? value * 1000 : value)), ("pick", Play())]);
        Assert.EndsWith("likely another unit (metres and millimetres are 1000 apart) (in 1 of 3 tasks: push)", Assert.Single(notes), StringComparison.Ordinal);
    }

    [Fact]
    public void One_line_says_what_was_compared()
    {
        _statistics.Remove(Wrist);
        var features = Feature.Of(Space, Actions, _statistics);
        Assert.Equal(
            "compared observation.state, observation.images.front, action with the statistics of the training data, actions with the environment's bounds, "
            + "looked for black images and ones of one colour; no statistics of observation.images.wrist: all values were inside. "
            + "This cannot show a flipped image or a sign where the range is symmetric",
            FeatureSummary.Of(features, Play(), isFarOut: false));
        Assert.Contains(
            ": nothing was far out (33.3 % of observation.state just outside).",
            FeatureSummary.Of(features, Play(state: (k, value) => k == 1 ? 1.1 : value), isFarOut: false), StringComparison.Ordinal);
    }

    [Fact]
    public void Counting_allocates_nothing()
    {
        var counter = new EpisodeCounter(Space, Actions, _statistics);
        var observation = new Observation(Space);
        double[] action = new double[2];
        Assert.Equal(0, Allocated.By(() =>
        {
            counter.Reset();
            counter.Observe(observation);
            counter.Act(action);
        }));
    }

    private static FeatureStatistics Of(double[] colour) => new() { Mean = colour, Std = [0.2, 0.2, 0.2], Min = [0, 0, 0], Max = [1, 1, 1] };

    private IReadOnlyList<string> Notes(
        Func<int, double, double>? state = null, Func<int, double, double>? action = null, double[]? front = null, double[]? wrist = null,
        int wristNoise = 20, bool flipped = false, int fromStep = 0) =>
        FeatureNotes.Of(Feature.Of(Space, Actions, _statistics), [("task", Play(state, action, front, wrist, wristNoise, flipped, fromStep))]);

    /// <summary>Three episodes of 12 steps.</summary>
    /// <param name="state">Changes a component of the state.</param>
    /// <param name="action">Changes a component of the action.</param>
    /// <param name="front">The mean colour of the camera in front.</param>
    /// <param name="wrist">The mean colour of the camera at the wrist.</param>
    /// <param name="wristNoise">How far its pixels are from it.</param>
    /// <param name="flipped">Whether images are upside down.</param>
    /// <param name="fromStep">The step from which the state is changed.</param>
    private EpisodeDiagnostics Play(
        Func<int, double, double>? state = null, Func<int, double, double>? action = null, double[]? front = null, double[]? wrist = null,
        int wristNoise = 20, bool flipped = false, int fromStep = 0)
    {
        var counter = new EpisodeCounter(Space, Actions, _statistics);
        var observation = new Observation(Space);
        double[] played = new double[2];
        var episodes = new List<EpisodeDiagnostics>();
        for (int episode = 0; episode < 3; episode++)
        {
            counter.Reset();
            for (int step = 0; step < 12; step++)
            {
                // From the end of the range to its other end.
                double at = 1 - step / 11.0;
                double[] values = [2 * at - 1, at, 0.04 * at];
                for (int k = 0; k < 3; k++)
                    observation.Vector(0)[k] = state is null || step < fromStep ? values[k] : state(k, values[k]);
                Paint(observation.Image(1), front ?? FrontColour, 20, flipped);
                Paint(observation.Image(2), wrist ?? WristColour, wristNoise, flipped);
                counter.Observe(observation);
                for (int k = 0; k < 2; k++)
                    played[k] = action is null ? values[k] : action(k, values[k]);
                counter.Act(played);
            }

            episodes.Add(counter.End());
        }

        return EpisodeDiagnostics.Sum(episodes)!;
    }

    /// <summary>The upper half is brighter than the lower one.</summary>
    private static void Paint(Span<byte> image, double[] colour, int noise, bool flipped)
    {
        for (int i = 0; i < image.Length; i++)
        {
            bool isUpper = i < image.Length / 2;
            image[i] = (byte)(Math.Round(255 * colour[i % 3]) + (isUpper != flipped ? noise : -noise));
        }
    }
}
