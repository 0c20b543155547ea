using EvalCore.Inference;
using Safetensors;

namespace EvalCore.Torch.Tests.Inference;

/// <summary><c>evalcore infer</c>: its files, and one clear line about what is wrong with them.</summary>
public sealed class InferTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_chunk_and_the_actions_of_all_steps_are_written()
    {
        using var result = Run(Write("in", Keypoints(steps: 10, episodes: 3)));
        Assert.Equal("F32 [3, 8, 2]", result["chunk.raw"].ToString());
        Assert.Equal("F32 [3, 8, 2]", result["chunk.post"].ToString());
        Assert.Equal("F32 [10, 3, 2]", result["select.raw"].ToString());
        Assert.Equal("F32 [10, 3, 2]", result["select.post"].ToString());
        float[] chunk = result.Read<float>("chunk.post");
        float[] select = result.Read<float>("select.post");
        for (int step = 0; step < 8; step++)
        {
            for (int episode = 0; episode < 3; episode++)
                Assert.Equal(chunk.AsSpan((episode * 8 + step) * 2, 2).ToArray(), select.AsSpan((step * 3 + episode) * 2, 2).ToArray());
        }
    }

    [Fact]
    public void Single_and_double_precision_inputs_give_the_same()
    {
        float[] state = [100.5f, 200.25f];
        float[] keypoints = [.. Enumerable.Range(0, 16).Select(i => i * 20.125f)];
        using var single = Run(Write("single", new SafetensorsWriter()
            .Add<float>("obs.observation.state", state, 1, 1, 2).Add<float>("obs.observation.environment_state", keypoints, 1, 1, 16)));
        using var twice = Run(Write("double", new SafetensorsWriter()
            .Add<double>("obs.observation.state", [.. state.Select(x => (double)x)], 1, 1, 2)
            .Add<double>("obs.observation.environment_state", [.. keypoints.Select(x => (double)x)], 1, 1, 16)));
        Assert.Equal(single.Read<float>("chunk.post"), twice.Read<float>("chunk.post"));
    }

    [Fact]
    public void A_policy_that_reads_an_instruction_and_gets_none_is_noted()
    {
        var golden = new GoldenCase("xvla", "b1");
        var notes = new List<string>();
        EvalCore.Inference.Infer.Run(
            golden.Config(), new InferOptions { Input = golden.PathOf("obs"), Output = Path.Combine(_folder, "actions.safetensors") }, notes.Add);
        Assert.Equal("--task is not given: the policy reads an instruction, and gets an empty one", Assert.Single(notes));
    }

    [Fact]
    public void Actions_that_are_not_finite_are_noted()
    {
        string input = Write("in", new SafetensorsWriter()
            .Add<float>("obs.observation.state", [float.NaN, 1], 1, 1, 2).Add<float>("obs.observation.environment_state", new float[16], 1, 1, 16));
        var notes = new List<string>();
        Run(input, warnings: notes).Dispose();
        Assert.Contains("some actions are not finite: the policy's weights or its normalisation statistics are damaged, or the input is", notes);
    }

    [Fact]
    public void A_damaged_input_is_one_clear_line()
    {
        Fails("nothing.safetensors: cannot be read", Path.Combine(_folder, "nothing.safetensors"));
        Fails("has no observations", Write("a", new SafetensorsWriter().Add<float>("x", [1], 1)));
        Fails("the policy reads 'observation.environment_state', but", Write("b", new SafetensorsWriter().Add<float>("obs.observation.state", [1, 2], 1, 1, 2)));
        Fails("tensor 'obs.observation.state' is F32 [2], expected F32 or F64 [T, B, n]", Write("c", new SafetensorsWriter().Add<float>("obs.observation.state", [1, 2], 2)));
        Fails("tensor 'obs_u8.observation.image' is F32 [1], expected U8 [T, B, height, width, 3]", Write("d", new SafetensorsWriter().Add<float>("obs_u8.observation.image", [1], 1)));
        Fails("has 2 steps of 1 episodes, but", Write("e", new SafetensorsWriter()
            .Add<float>("obs.observation.state", [1, 2], 1, 1, 2).Add<float>("obs.observation.environment_state", new float[32], 2, 1, 16)));
        Fails("'observation.state' has shape [2], but", Write("f", new SafetensorsWriter()
            .Add<float>("obs.observation.state", [1, 2, 3], 1, 1, 3).Add<float>("obs.observation.environment_state", new float[16], 1, 1, 16)));
        Fails("--task is given 2 times; give it once, or once for each of the 3 episodes", Write("g", Keypoints(1, 3)), tasks: ["a", "b"]);
        Fails("cannot be written", Write("h", Keypoints(1, 1)), output: Path.Combine(_folder, "no", "such", "folder.safetensors"));
    }

    [Fact]
    public void Draws_are_injected_in_order_and_counted()
    {
        string checkpoint = Goldens.Checkpoint("pusht_diffusion_keypoints");
        string input = Write("in", Keypoints(steps: 9, episodes: 2));
        string two = Write("two", Draws("rng.000.randn", "rng.001.randn"));
        using var result = Run(input, two, checkpoint);
        using var again = Run(input, Write("named", Draws("rng.t00.000.randn", "rng.t08.000.randn")), checkpoint);
        Assert.Equal(result.Read<float>("select.raw"), again.Read<float>("select.raw"));
        using var drawn = Run(input, null, checkpoint);
        Assert.NotEqual(result.Read<float>("chunk.raw"), drawn.Read<float>("chunk.raw"));

        Fails("has 1 draws, but the policy draws more", input, Write("one", Draws("rng.t00.000.randn")), checkpoint);
        Fails("has no draws", input, Write("none", new SafetensorsWriter().Add<float>("x", [1], 1)), checkpoint);
        Fails("draw 'rng.000.randn' is [1, 8, 2], but the policy draws [1, 8, 2] for each of 2 episodes", input,
            Write("rows", new SafetensorsWriter().Add<float>("rng.000.randn", new float[16], 1, 8, 2)), checkpoint);
        Fails("draw 'rng.000.randn' is [2, 4, 2], but the policy draws [1, 8, 2] for each of 2 episodes", input,
            Write("shape", new SafetensorsWriter().Add<float>("rng.000.randn", new float[16], 2, 4, 2)), checkpoint);

        static SafetensorsWriter Draws(params string[] names)
        {
            var writer = new SafetensorsWriter();
            for (int i = 0; i < names.Length; i++)
                writer.Add<float>(names[i], [.. Enumerable.Range(0, 32).Select(k => MathF.Sin(k + 100 * i))], 2, 8, 2);
            return writer;
        }
    }

    [Fact]
    public void Draws_for_the_chunk_alone_give_the_chunk_and_a_warning()
    {
        string checkpoint = Goldens.Checkpoint("pusht_diffusion_keypoints");
        string draws = Write("draws", new SafetensorsWriter().Add<float>("rng.000.randn", new float[16], 1, 8, 2));
        var warnings = new List<string>();
        using var result = Run(Write("in", Keypoints(steps: 9, episodes: 1)), draws, checkpoint, warnings: warnings);
        Assert.Equal(["chunk.post", "chunk.raw"], result.Select(entry => entry.Name).Order());
        Assert.Contains("select.raw and select.post are not written", Assert.Single(warnings), StringComparison.Ordinal);
    }

    private static SafetensorsWriter Keypoints(int steps, int episodes)
    {
        var random = new Random(1);
        return new SafetensorsWriter()
            .Add<float>("obs.observation.state", Numbers(steps * episodes * 2), steps, episodes, 2)
            .Add<float>("obs.observation.environment_state", Numbers(steps * episodes * 16), steps, episodes, 16);

        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => 512 * random.NextSingle())];
    }

    private string Write(string name, SafetensorsWriter writer)
    {
        string path = Path.Combine(_folder, name + ".safetensors");
        writer.Save(path);
        return path;
    }

    private SafetensorsFile Run(
        string input, string? draws = null, string? checkpoint = null, string[]? tasks = null, string? output = null, List<string>? warnings = null)
    {
        output ??= Path.Combine(_folder, $"{Guid.NewGuid():n}.safetensors");
        Infer.Run(
            TestPolicy.Config(checkpoint ?? Goldens.Checkpoint("pusht_act_keypoints")),
            new InferOptions
            {
                Input = input,
                Draws = draws,
                Tasks = tasks ?? [],
                Output = output,
            },
            warnings is null ? Assert.Fail : warnings.Add);
        return SafetensorsFile.Open(output);
    }

    private void Fails(string message, string input, string? draws = null, string? checkpoint = null, string[]? tasks = null, string? output = null)
    {
        var exception = Record.Exception(() => Run(input, draws, checkpoint, tasks, output).Dispose())!;
        Assert.True(exception is EvalCoreException or SafetensorsException, exception.ToString());
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }
}
