using EvalCore.Environments;
using EvalCore.Policies;
using Safetensors;

namespace EvalCore.Torch.Tests.Checkpoints;

/// <summary>Checkpoints from before LeRobot had pipelines: their statistics are inside the model.</summary>
public sealed class OldCheckpointTests : IDisposable
{
    private static readonly ObservationSpace Keypoints = new(
        ObservationField.Vector("observation.environment_state", 16), ObservationField.Vector("observation.state", 2));

    private readonly TestFolder _folder = new();
    private readonly List<string> _notes = [];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("normalize_inputs.buffer_", "unnormalize_outputs.buffer_")]
    [InlineData("_orig_mod.normalize_inputs.buffer_", "_orig_mod.normalize_targets.buffer_")]
    [InlineData("normalize.", "unnormalize.")]
    public void Its_actions_equal_those_with_the_same_statistics_in_pipelines(string ofInputs, string ofActions)
    {
        float[] expected = Chunk();
        Assert.Empty(_notes);
        MoveStatistics(ofInputs, ofActions);
        Assert.Equal(expected, Chunk());
        Assert.EndsWith("was saved before LeRobot had processor pipelines; normalising with the statistics inside model.safetensors", Assert.Single(_notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ENV")]
    [InlineData("STATE", "ENV", "ACTION")]
    public void A_mode_that_the_configuration_lacks_is_that_of_the_statistics(params string[] types)
    {
        float[] expected = Chunk();
        MoveStatistics("normalize_inputs.buffer_", "unnormalize_outputs.buffer_");
        _folder.Edit("config.json", json =>
        {
            foreach (string type in types)
                json["normalization_mapping"]!.AsObject().Remove(type);
        });
        Assert.Equal(expected, Chunk());
    }

    [Fact]
    public void Statistics_that_are_missing_are_one_clear_line()
    {
        MoveStatistics("normalize_inputs.buffer_", "unnormalize_outputs.buffer_", feature => feature != "observation.state");
        string message = Assert.Throws<EvalCoreException>(() => Chunk()).Message;
        Assert.Contains("model.safetensors: has statistics of ", message, StringComparison.Ordinal);
        Assert.Contains("so there are no statistics of 'observation.state'", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    /// <summary>Puts the statistics of the pipelines' states into the model, and removes the pipelines.</summary>
    private void MoveStatistics(string ofInputs, string ofActions, Func<string, bool>? kept = null)
    {
        var writer = new SafetensorsWriter();
        string[] states = Directory.GetFiles(_folder.Root, "policy_*.safetensors");
        foreach (string path in states.Append(_folder["model.safetensors"]))
        {
            using var file = SafetensorsFile.Open(path);
            foreach (var entry in file)
            {
                int dot = entry.Name.LastIndexOf('.');
                string name = entry.Name;
                if (states.Contains(path))
                {
                    string feature = name[..dot];
                    bool action = feature == "action";
                    if (entry.Type != TensorType.F32 || action != path.Contains("postprocessor", StringComparison.Ordinal) || kept?.Invoke(feature) == false)
                        continue;
                    name = $"{(action ? ofActions : ofInputs)}{feature.Replace('.', '_')}{name[dot..]}";
                }

                writer.Add<float>(name, file.Read<float>(entry.Name), [.. entry.Shape]);
            }
        }

        writer.Save(_folder["model.safetensors"]);
        foreach (string path in states.Append(_folder["policy_preprocessor.json"]).Append(_folder["policy_postprocessor.json"]))
            File.Delete(path);
    }

    private float[] Chunk()
    {
        using var policy = (LeRobotPolicy)TestPolicy.Config(_folder.Root).Make(new PolicyContext(Keypoints) { Warn = _notes.Add });
        using var session = policy.NewSession(TestEpisode.Of(1000), TestEpisode.NoDraws);
        var observation = new Observation(Keypoints);
        observation.Vector("observation.state").Fill(220);
        observation.Vector("observation.environment_state").Fill(200);
        session.Observe(observation);
        policy.Infer([session], CancellationToken.None);
        return session.Chunk.ToArray();
    }
}
