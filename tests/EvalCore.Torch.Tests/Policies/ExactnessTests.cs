using EvalCore.Environments;
using EvalCore.Policies;
using EvalCore.Torch.Policies;
using static EvalCore.Torch.Tests.Closeness;
using static TorchSharp.torch;

namespace EvalCore.Torch.Tests.Policies;

/// <summary>An episode's actions depend on the episode alone.</summary>
public class ExactnessTests
{
    private static readonly ObservationSpace Keypoints = new(
        ObservationField.Vector("observation.environment_state", 16), ObservationField.Vector("observation.state", 2));

    private static readonly ObservationSpace Images = new(
        ObservationField.Image("observation.image", 96, 96), ObservationField.Vector("observation.state", 2));

    private static readonly ObservationSpace Cameras = new(
        ObservationField.Image("observation.images.image", 48, 64), ObservationField.Image("observation.images.image2", 48, 64),
        ObservationField.Vector("observation.state", 8));

    /// <summary>The trained checkpoints, and a small one of each family.</summary>
    public static TheoryData<string> Checkpoints =>
        ["pusht_act_keypoints", "pusht_diffusion_keypoints", "act", "diffusion", "smolvla", "pi0", "pi05", "vqbet", "tdmpc", "xvla", "pi0_fast"];

    [Theory]
    [MemberData(nameof(Checkpoints))]
    public void Actions_are_bit_identical_alone_together_and_on_several_threads(string name)
    {
        const int Episodes = 6;
        using var policy = Load(name, Batching.Exact, out var space);
        Assert.Equal(PolicyBatching.PerSession, policy.Batching);
        float[][] alone = [.. Enumerable.Range(0, Episodes).Select(i => Play(policy, space, [i])[0])];

        // The most probable tokens are the same in some of these episodes.
        Assert.InRange(alone.Select(chunk => string.Join(' ', chunk)).Distinct().Count(), name == "pi0_fast" ? 3 : Episodes, Episodes);

        float[][] together = Play(policy, space, [.. Enumerable.Range(0, Episodes).Reverse()]);
        Assert.Equal(alone.Reverse(), together);

        // More threads for torch and for the episodes than the first time.
        float[][] parallel = new float[Episodes][];
        Thread[] threads =
        [
            .. Enumerable.Range(0, Episodes).Select(i => new Thread(() =>
            {
                set_num_threads(2);
                parallel[i] = Play(policy, space, [i])[0];
            })),
        ];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.Equal(alone, parallel);
    }

    [Theory]
    [InlineData("pusht_act_keypoints")]
    [InlineData("pusht_diffusion_keypoints")]
    [InlineData("vqbet")]
    [InlineData("tdmpc")]
    [InlineData("xvla")]
    public void Dynamic_batches_differ_in_the_last_bits_only(string name)
    {
        using var exact = Load(name, Batching.Exact, out var space);
        using var dynamic = Load(name, Batching.Dynamic, out _);
        Assert.Equal(PolicyBatching.Batched, dynamic.Batching);
        float[][] expected = Play(exact, space, [0, 1, 2, 3, 4]);
        float[][] actual = Play(dynamic, space, [0, 1, 2, 3, 4]);
        for (int i = 0; i < expected.Length; i++)
            Close(expected[i], actual[i], 1e-5, $"episode {i}");
        Assert.Equal(expected[2], Play(dynamic, space, [2])[0]);
    }

    [Fact]
    public void Between_inferences_a_session_allocates_nothing()
    {
        using var policy = Load("pusht_act_keypoints", Batching.Exact, out var space);
        using var session = policy.NewSession(TestEpisode.Of(1000));
        var observation = Fill(new Observation(space), 0);
        double[] action = new double[2];
        session.Observe(observation);
        policy.Infer([session], CancellationToken.None);

        // The eight actions of a chunk.
        Assert.Equal(0, Allocated.By(
            () =>
            {
                for (int i = 0; i < 2; i++)
                {
                    if (session.NeedsInference)
                        throw new InvalidOperationException();
                    session.Act(action);
                }
            },
            times: 4));
        Assert.Equal(0, Allocated.By(() => session.Observe(observation)));
        Assert.True(session.NeedsInference);
    }

    [Fact]
    public void The_noise_of_an_episode_depends_on_its_seed_and_task_alone()
    {
        var spec = TestEpisode.Of(1000);
        float[] draws = Draw(spec);
        Assert.Equal(draws, Draw(spec with { Index = 7 }));
        Assert.NotEqual(draws, Draw(spec with { Seed = 1001 }));
        Assert.NotEqual(draws, Draw(spec with { Task = spec.Task with { Id = 1 } }));
        Assert.NotEqual(draws, Draw(spec with { Task = spec.Task with { Group = "other" } }));

        static float[] Draw(EpisodeSpec episode)
        {
            using var noise = new GeneratorNoise(episode);
            using var drawn = noise.Randn(1, 8, 2);
            return [.. drawn.data<float>()];
        }
    }

    [Fact]
    public void Noise_is_drawn_as_torch_draws_it()
    {
        using var golden = Goldens.Open("policies/torch_rng.safetensors");
        using var noise = new GeneratorNoise(1000L);
        Assert.Equal(golden.Read<float>("seed1000.0.randn_1x16x2"), noise.Randn(1, 16, 2).data<float>().ToArray());
        Assert.Equal(golden.Read<float>("seed1000.1.randn_2x16x2"), noise.Randn(2, 16, 2).data<float>().ToArray());
        Assert.Equal(golden.Read<float>("seed1000.2.randn_5"), noise.Randn(5).data<float>().ToArray());
        Assert.Equal(golden.Read<float>("seed1000.3.randn_17"), noise.Randn(17).data<float>().ToArray());
    }

    internal static LeRobotPolicy Load(string name, Batching batching, out ObservationSpace space, params string[] more)
    {
        bool trained = name.StartsWith("pusht_", StringComparison.Ordinal);
        bool readsLanguage = name is "smolvla" or "pi0" or "pi05" or "pi0_fast";
        space = trained ? Keypoints : readsLanguage ? Cameras : name is "act" or "diffusion" ? Images : new GoldenCase(name, "b1").Space;
        string[] flags =
        [
            $"batching={(batching == Batching.Exact ? "exact" : "dynamic")}",
            .. name == "diffusion" ? (string[])["num_inference_steps=3"] : [],
            .. GoldenCase.Flags(name),
            .. more,
        ];
        return TestPolicy.Load(trained ? Goldens.Checkpoint(name) : Goldens.Find($"policies/{name}/checkpoint"), space, flags);
    }

    /// <summary>The first chunk of some episodes, inferred in one call.</summary>
    internal static float[][] Play(LeRobotPolicy policy, ObservationSpace space, int[] episodes)
    {
        IInspectableSession[] sessions = [.. episodes.Select(i => policy.NewSession(TestEpisode.Of(1000 + i, $"push the puck {i} times"), draws: null))];
        for (int i = 0; i < episodes.Length; i++)
            sessions[i].Observe(Fill(new Observation(space), episodes[i]));
        policy.Infer(sessions, CancellationToken.None);
        float[][] chunks = [.. sessions.Select(session => session.RawChunk.ToArray())];
        Array.ForEach(sessions, session => session.Dispose());
        return chunks;
    }

    private static Observation Fill(Observation observation, int episode)
    {
        var random = new Random(episode);
        for (int i = 0; i < observation.Space.Count; i++)
        {
            random.NextBytes(observation.Image(i));
            foreach (ref double number in observation.Vector(i))
                number = 512 * random.NextDouble();
        }

        return observation;
    }
}
