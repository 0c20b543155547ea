using EvalCore.Inference;
using Safetensors;
using static EvalCore.Torch.Tests.Closeness;

namespace EvalCore.Torch.Tests.Policies;

/// <summary>Uncommon configurations with random weights against LeRobot, which ran the same checkpoints.</summary>
public sealed class ConfigurationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;
    private readonly List<string> _notes = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("act_saved_again", 1e-6, 1e-6)] // replace_final_stride_with_dilation is 0
    [InlineData("act_unobserved_feature", 1e-6, 1e-6)]
    [InlineData("act_observation_processor", 1e-6, 1e-6)]
    [InlineData("act_normalize_observation_keys", 1e-6, 1e-6, "'observation.environment_state' not normalised, though normalization_mapping of config.json says so")]
    [InlineData("act_unnormalizer_without_features", 1e-6, 1e-6)]
    [InlineData("act_float16_actions", 1e-6, 1e-3)]
    [InlineData("act_use_amp", 1e-6, 1e-6, "config.json: use_amp is true, but only the flag decides: computing in float32; give --policy.use_amp for mixed precision, as lerobot-eval has it with this file")]
    [InlineData("diffusion_sigmoid", 1e-5, 1e-5)]
    [InlineData("diffusion_more_actions_than_a_chunk", 1e-5, 1e-5, "config.json: n_action_steps is 32, but a chunk has 7 actions from the present step on: 7 are played")]
    [InlineData("diffusion_one_channel_per_group", 1e-4, 1e-4)]
    public void Chunks_and_actions_equal_LeRobots(string name, double raw, double post, string? note = null)
    {
        string source = Goldens.Find($"policies/configurations/{name}");
        foreach (string file in Directory.GetFiles(source))
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        string weights = name.Contains("one_channel", StringComparison.Ordinal) ? "diffusion_one_channel" : name.Split('_')[0];
        File.Copy(Goldens.Find($"policies/configurations/{weights}.safetensors"), Path.Combine(_folder, "model.safetensors"));

        using var expected = SafetensorsFile.Open(Path.Combine(_folder, "expected.safetensors"));
        bool draws = expected.Any(entry => entry.Name.StartsWith("rng.", StringComparison.Ordinal));
        Infer.Run(TestPolicy.Config(_folder), new InferOptions
        {
            Input = Path.Combine(_folder, "obs.safetensors"),
            Draws = draws ? expected.Path : null,
            Output = Path.Combine(_folder, "output.safetensors"),
        }, _notes.Add);

        using var output = SafetensorsFile.Open(Path.Combine(_folder, "output.safetensors"));
        foreach (string tensor in (string[])["chunk.raw", "chunk.post", "select.raw", "select.post"])
        {
            Assert.Equal(expected[tensor].Shape, output[tensor].Shape);
            var values = expected.Span<float>(tensor);
            Close(values, output.Span<float>(tensor), (tensor.EndsWith("raw", StringComparison.Ordinal) ? raw : post) * Math.Max(1, Largest(values)), tensor);
        }

        if (note is null)
            Assert.Empty(_notes);
        else
            Assert.Contains(note, Assert.Single(_notes), StringComparison.Ordinal);
    }
}
