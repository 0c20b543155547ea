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
        var task = Assert.Single(new PushTConfig().Tasks());
        Assert.Equal(("pusht", "pusht", 0, "PushT-v0", ""), (task.Suite, task.Group, task.Id, task.Name, task.Description));
        var e = Assert.Throws<EvalCoreException>(() => new PushTConfig { Task = "PushT-v1" }.Tasks());
        Assert.Equal("--env.task=PushT-v1: PushT has one task, PushT-v0", e.Message);
    }

    [Theory]
    [InlineData("pixels_agent_pos", "observation.image [96, 96, 3]; observation.state [2]")]
    [InlineData("environment_state_agent_pos", "observation.environment_state [16]; observation.state [2]")]
    [InlineData("pixels", "observation.image [96, 96, 3]")]
    [InlineData("state", "observation.state [5]")]
    public void An_observation_type_has_its_fields(string type, string fields)
    {
        var config = new PushTConfig { ObsType = type };
        using var environment = config.Make(World.Task);
        Assert.Equal(fields, string.Join("; ", config.ObservationSpace.Select(f => $"{f.Key} [{string.Join(", ", f.Shape)}]")));
        Assert.Equal(config.ObservationSpace, environment.ObservationSpace);
    }

    [Fact]
    public void What_cannot_be_is_refused_in_one_line_that_names_the_flag()
    {
        Assert.Equal(
            "--env.obs_type=depth: expected one of pixels_agent_pos, environment_state_agent_pos, pixels, state",
            Assert.Throws<EvalCoreException>(new PushTConfig { ObsType = "depth" }.Validate).Message);
        Assert.Equal(
            "--env.episode_length=0: expected 1 or more",
            Assert.Throws<EvalCoreException>(new PushTConfig { EpisodeLength = 0 }.Validate).Message);
        Assert.Equal(
            "--env.render_mode=human: expected rgb_array",
            Assert.Throws<EvalCoreException>(new PushTConfig { RenderMode = "human" }.Validate).Message);
        Assert.Equal(
            "--env.visualization_width=0: expected 96 to 2048 pixels",
            Assert.Throws<EvalCoreException>(new PushTConfig { VisualizationWidth = 0 }.Validate).Message);
        Assert.Equal("--env.fps=0: expected 1 or more", Assert.Throws<EvalCoreException>(new PushTConfig { Fps = 0 }.Validate).Message);
    }

    [Fact]
    public void An_episode_is_truncated_at_its_length()
    {
        using var environment = new PushTConfig { EpisodeLength = 2, ObsType = "state" }.Make(World.Task);
        environment.Reset(World.Episode(0));
        Assert.False(environment.Step([256, 256]).Truncated);
        Assert.True(environment.Step([256, 256]).Truncated);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.MaxValue)]
    public void An_action_that_is_no_point_is_refused_and_does_not_end_the_process(double x)
    {
        using var environment = World.Keypoints();
        environment.Reset(World.Episode(0));
        Assert.Throws<ArgumentException>(() => environment.Step([x, 100]));
    }
}
