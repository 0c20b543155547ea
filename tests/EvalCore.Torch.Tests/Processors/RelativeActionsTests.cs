using System.Text.Json.Nodes;
using EvalCore.Environments;

namespace EvalCore.Torch.Tests.Processors;

/// <summary>Actions that are relative to the state, in a checkpoint's pipelines.</summary>
public sealed class RelativeActionsTests : IDisposable
{
    private static readonly ObservationSpace Keypoints = new(
        ObservationField.Vector("observation.environment_state", 16), ObservationField.Vector("observation.state", 2));

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_action_is_brought_back_with_the_state_when_it_is_played()
    {
        double[][] plain = Play(out var needs);
        Assert.DoesNotContain(true, needs);
        AddSteps();
        double[][] relative = Play(out needs);
        Assert.DoesNotContain(false, needs);
        for (int step = 0; step < plain.Length; step++)
            Assert.Equal(plain[step].Select((number, i) => (double)((float)number + (i == 0 ? State(step) : 0))), relative[step]);
    }

    [Fact]
    public void A_chunk_that_is_inspected_has_the_state_of_its_prediction()
    {
        float[] plain = Chunk();
        AddSteps();
        Assert.Equal(plain.Select((number, i) => number + (i % 2 == 0 ? State(0) : 0)), Chunk());
    }

    [Fact]
    public void Absolute_actions_without_the_step_that_keeps_the_state_are_one_clear_line()
    {
        AddSteps();
        _folder.Edit("policy_preprocessor.json", json => json["steps"]!.AsArray().RemoveAt(3));
        string message = Assert.Throws<EvalCoreException>(() => TestPolicy.Load(_folder.Root, Keypoints)).Message;
        Assert.EndsWith("policy_postprocessor.json: step 'absolute_actions_processor': the pre-processor has no step 'relative_actions_processor', which keeps the state that actions are relative to", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_actions_statistics_are_compared_where_the_step_does_nothing(bool enabled)
    {
        using (var plain = TestPolicy.Load(_folder.Root, Keypoints))
            Assert.Contains("action", plain.Statistics.Keys);
        AddSteps();
        foreach (string file in (string[])["policy_preprocessor.json", "policy_postprocessor.json"])
        {
            _folder.Edit(file, json =>
            {
                foreach (var step in json["steps"]!.AsArray().Where(step => step!["registry_name"]!.ToString().EndsWith("_actions_processor", StringComparison.Ordinal)))
                    step!["config"]!["enabled"] = enabled;
            });
        }

        using var policy = TestPolicy.Load(_folder.Root, Keypoints);
        Assert.Equal(!enabled, policy.Statistics.ContainsKey("action"));
    }

    /// <summary>The first component of the state at a step.</summary>
    private static float State(int step) => 10 + step;

    private void AddSteps()
    {
        // Before the normaliser, so that the state is that of the environment.
        _folder.Edit("policy_preprocessor.json", json => json["steps"]!.AsArray().Insert(3, JsonNode.Parse(
            """{"registry_name":"relative_actions_processor","config":{"enabled":true,"exclude_joints":["Y"],"action_names":["x","y"]}}""")));
        _folder.Edit("policy_postprocessor.json", json => json["steps"]!.AsArray().Insert(1, JsonNode.Parse(
            """{"registry_name":"absolute_actions_processor","config":{"enabled":true}}""")));
    }

    private double[][] Play(out List<bool> needsVectors)
    {
        using var policy = TestPolicy.Load(_folder.Root, Keypoints);
        using var session = policy.NewSession(TestEpisode.Of(1000));
        needsVectors = [];
        var actions = new List<double[]>();
        for (int step = 0; step < 6; step++)
        {
            var observation = Observe(Keypoints, step);
            needsVectors.Add(session.NeedsVectors);
            if (session.NeedsObservation)
                session.Observe(observation);
            else if (session.NeedsVectors)
                session.ObserveVectors(observation);
            if (session.NeedsInference)
                policy.Infer([session], CancellationToken.None);
            double[] action = new double[2];
            session.Act(action);
            actions.Add(action);
        }

        return [.. actions];
    }

    private float[] Chunk()
    {
        using var policy = TestPolicy.Load(_folder.Root, Keypoints);
        using var session = policy.NewSession(TestEpisode.Of(1000), TestEpisode.NoDraws);
        session.Observe(Observe(Keypoints, 0));
        policy.Infer([session], CancellationToken.None);
        return session.Chunk.ToArray();
    }

    private static Observation Observe(ObservationSpace space, int step)
    {
        var observation = new Observation(space);
        observation.Vector("observation.state")[0] = State(step);
        observation.Vector("observation.state")[1] = 300;
        observation.Vector("observation.environment_state").Fill(200);
        return observation;
    }
}
