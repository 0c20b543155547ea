using System.Text.Json;
using System.Text.Json.Nodes;
using EvalCore.Torch.Processors;
using EvalCore.Torch.Tokenizers;
using Safetensors;
using static TorchSharp.torch;

namespace EvalCore.Torch.Tests.Processors;

/// <summary>The pre-processors of policies that read an instruction, against LeRobot: tokens, masks, states and images.</summary>
public class LanguagePolicyPipelineTests
{
    [Theory]
    [InlineData("smolvla", "smolvlm2_like", "b1", "b3", "b1_oddsize", "b1_special_tokens", "b2_missing_camera", "b2_prefix64_maxlen")]
    [InlineData("pi0", "paligemma_like", "b1", "b3", "b1_oddsize", "b2_steps4_nocam2")]
    [InlineData("pi05", "paligemma_like", "b1", "b3", "b1_oddsize", "b2_steps4_nocam2")]
    [InlineData("pi0_fast", "paligemma_like", "b1", "b3", "b1_nocache")]
    [InlineData("xvla", "bart_like", "b1", "b3")]
    public void Network_inputs_equal_LeRobots(string policy, string tokenizer, params string[] cases)
    {
        string checkpoint = Goldens.Find($"policies/{policy}/checkpoint");
        var tokenizers = new TokenizerFolders(checkpoint, Goldens.Find($"policies/tokenizers/{tokenizer}"));
        using var pipeline = ProcessorPipeline.Load(
            Path.Combine(checkpoint, "policy_preprocessor.json"), CPU, new ProcessorStepRegistry(), new Dictionary<string, JsonObject>(), tokenizers);
        foreach (string name in cases)
        {
            using var json = JsonDocument.Parse(File.ReadAllText(Goldens.Find($"policies/{policy}/goldens/{name}.json")));
            string[] tasks = [.. json.RootElement.GetProperty("tasks").EnumerateArray().Select(task => task.GetString()!)];
            using var input = Goldens.Open($"policies/{policy}/goldens/{name}_obs.safetensors");
            using var pre = Goldens.Open($"policies/{policy}/goldens/{name}_pre.safetensors");
            int compared = 0;
            for (int step = 0; step < json.RootElement.GetProperty("steps").GetInt32(); step++)
            {
                using var scope = NewDisposeScope();
                var transition = new Transition { Task = tasks, Observation = Observation(input, step) };
                pipeline.Process(transition);
                if (step == 0)
                    Assert.Equal(json.RootElement.GetProperty("pre_task").EnumerateArray().Select(task => task.GetString()), transition.Task);
                foreach (var (key, value) in transition.Observation.Concat(transition.ComplementaryData))
                {
                    string tensor = step == 0 ? $"pre.{key}" : $"pre_t{step}.{key}";
                    if (!pre.TryGet(tensor, out var entry))
                        continue;
                    Assert.Equal(entry.Shape, value.shape);
                    Assert.True(Bytes(pre, entry).AsSpan().SequenceEqual(value.contiguous().bytes), $"{name} {tensor}");
                    compared++;
                }
            }

            Assert.Equal(pre.Count, compared);
        }
    }

    private static Dictionary<string, Tensor> Observation(SafetensorsFile input, int step)
    {
        var observation = new Dictionary<string, Tensor>();
        foreach (var entry in input)
        {
            var all = EvalCore.Torch.Checkpoints.StateDict.Read(input, entry, CPU, null)[step];
            bool image = entry.Name.StartsWith("obs_u8.", StringComparison.Ordinal);
            observation[entry.Name[(entry.Name.IndexOf('.', StringComparison.Ordinal) + 1)..]] =
                image ? all.permute(0, 3, 1, 2).to(ScalarType.Float32).contiguous().div_(tensor(255f)) : all;
        }

        return observation;
    }

    private static byte[] Bytes(SafetensorsFile file, TensorEntry entry)
    {
        byte[] bytes = new byte[entry.Bytes];
        file.CopyTo(entry, bytes);
        return bytes;
    }
}
