using EvalCore;

namespace Benchmarks.PushT.Tests;

public sealed class ConfigTests
{
    [Fact]
    public void Defaults_are_lerobots()
    {
        var config = new PushTConfig();
        Assert.Equal("pusht", config.Type);
        Assert.Equal("PushT-v0", config.Task);
        Assert.Equal((10, 300), (config.Fps, config.EpisodeLength));
        Assert.Equal(("pixels_agent_pos", "rgb_array"), (config.ObsType, config.RenderMode));
        Assert.Equal((384, 384), (config.VisualizationWidth, config.VisualizationHeight));
        Assert.Equal((384, 384), (config.ObservationWidth, config.ObservationHeight));
    }

    [Fact]
    public void There_is_one_task()
    {
        using var benchmark = new PushTConfig().Open();
        var task = Assert.Single(benchmark.Tasks);
        Assert.Equal(("pusht", "pusht", 0, "PushT-v0", ""), (task.Suite, task.Group, task.Id, task.Name, task.Description));
        var e = Assert.Throws<EvalCoreException>(() => new PushTConfig { Task = "PushT-v1" }.Open());
        Assert.Equal("--env.task: 'PushT-v1' is not PushT-v0", e.Message);
    }

    [Theory]
    [InlineData("pixels_agent_pos", "observation.image [96, 96, 3]; observation.state [2]")]
    [InlineData("environment_state_agent_pos", "observation.environment_state [16]; observation.state [2]")]
    [InlineData("pixels", "observation.image [96, 96, 3]")]
    [InlineData("state", "observation.state [5]")]
    public void An_observation_type_has_its_fields(string type, string fields)
    {
        using var benchmark = new PushTConfig { ObsType = type }.Open();
        using var environment = benchmark.Make(TestEnvironments.Task);
        Assert.Equal(fields, string.Join("; ", benchmark.ObservationSpace.Select(f => $"{f.Key} [{string.Join(", ", f.Shape)}]")));
        Assert.Equal(benchmark.ObservationSpace, environment.ObservationSpace);
    }

    [Fact]
    public void Each_observation_type_is_a_choice_of_the_flag()
    {
        foreach (string type in PushTObservation.Types.Names)
            new PushTConfig { ObsType = type }.Validate();
        using var benchmark = new PushTConfig().Open();
        Assert.Equal(PushTObservation.Types.Names.Select(type => $"--env.obs_type={type}"), benchmark.ObservationSpaces.Keys);
    }

    [Fact]
    public void A_value_out_of_range_is_rejected_in_one_line_that_names_the_flag()
    {
        Rejected(
            "--env.obs_type: 'depth' is not one of pixels_agent_pos, environment_state_agent_pos, pixels, state",
            new PushTConfig { ObsType = "depth" });
        Rejected("--env.episode_length: '0' is not a whole number, 1 or more", new PushTConfig { EpisodeLength = 0 });
        Rejected("--env.render_mode: 'human' is not rgb_array", new PushTConfig { RenderMode = "human" });
        Rejected("--env.visualization_width: '0' is not a whole number, 96 to 2048", new PushTConfig { VisualizationWidth = 0 });
        Rejected("--env.visualization_width: '95' is not a whole number, 96 to 2048", new PushTConfig { VisualizationWidth = 95 });
        Rejected("--env.visualization_height: '2049' is not a whole number, 96 to 2048", new PushTConfig { VisualizationHeight = 2049 });
        Rejected("--env.fps: '0' is not a whole number, 1 or more", new PushTConfig { Fps = 0 });
        new PushTConfig { VisualizationWidth = 96, VisualizationHeight = 2048, EpisodeLength = 1, Fps = 1 }.Validate();

        static void Rejected(string line, PushTConfig config)
        {
            Assert.Equal(line, Assert.Throws<EvalCoreException>(config.Validate).Message);
            Assert.Equal(line, Assert.Throws<EvalCoreException>(config.Open).Message);
        }
    }

    [Fact]
    public void An_action_has_two_absolute_components_in_pixels()
    {
        using var benchmark = new PushTConfig().Open();
        Assert.Equal(["x px 0 512", "y px 0 512"], benchmark.ActionSpace.Components.Select(c => $"{c.Name} {c.Unit} {c.Low} {c.High}"));
        Assert.All(benchmark.ActionSpace.Components, component => Assert.False(component.IsRelative));
    }

    [Fact]
    public void An_episode_is_truncated_at_its_length()
    {
        using var benchmark = new PushTConfig { EpisodeLength = 2, ObsType = "state" }.Open();
        using var environment = benchmark.Make(TestEnvironments.Task);
        environment.Reset(TestEnvironments.Episode(0));
        Assert.False(environment.Step([256, 256]).Truncated);
        Assert.True(environment.Step([256, 256]).Truncated);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.MaxValue)]
    public void An_action_that_is_not_finite_or_too_far_away_is_rejected(double x)
    {
        using var environment = TestEnvironments.Keypoints();
        environment.Reset(TestEnvironments.Episode(0));
        Assert.Throws<ArgumentException>(() => environment.Step([x, 100]));
    }
}
