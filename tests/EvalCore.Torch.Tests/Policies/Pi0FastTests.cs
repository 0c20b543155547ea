using EvalCore.Policies;
using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Policies;
using EvalCore.Torch.Policies.Pi0Fast;
using static TorchSharp.torch;

namespace EvalCore.Torch.Tests.Policies;

/// <summary>pi0-FAST against LeRobot: the generated tokens exactly, and the actions that they stand for.</summary>
public class Pi0FastTests
{
    private const double Tolerance = 1e-5;

    [Theory]
    [InlineData("b1")]
    [InlineData("b1_nocache")]
    [InlineData("b3")]
    public void Whole_checkpoints_play_LeRobots_actions(string name)
    {
        var golden = new GoldenCase("pi0_fast", name);
        foreach (var batching in (Batching[])[Batching.Exact, Batching.Dynamic])
        {
            using var result = golden.Infer(drawsOf: null, batching);
            golden.Compare(result, "chunk", raw: Tolerance, post: 1e-4);
            golden.Compare(result, "select", raw: Tolerance, post: 1e-4);
        }
    }

    [Theory]
    [InlineData("b1")]
    [InlineData("b1_nocache")]
    [InlineData("b3")]
    public void Generated_tokens_are_LeRobots_alone_and_together(string name)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        using var test = new NetworkCase("pi0_fast", name);
        using var generated = test.Open("generated");
        var network = (Pi0FastNetwork)test.Network;
        int[] expected = [.. generated.Read<long>("token_ids").Select(id => (int)id)];
        EpisodeState[] episodes = [.. Enumerable.Range(0, test.Batch).Select(_ => new EpisodeState(new GeneratorNoise(1)))];
        Assert.Equal(expected, network.Generate(test.Observation, episodes).SelectMany(row => row));
        for (int row = 0; row < test.Batch; row++)
        {
            var alone = test.Observation.ToDictionary(input => input.Key, input => input.Value.narrow(0, row, 1));
            Assert.Equal(expected.Skip(row * 24).Take(24), Assert.Single(network.Generate(alone, [episodes[row]])));
        }
    }

    [Fact]
    public void Every_module_computes_what_LeRobot_computes()
    {
        using var test = new NetworkCase("pi0_fast", "b1");
        using var layers = test.Open("layers");
        var modules = new ModuleOutputs(layers)
        {
            // Two images of 16 tokens, the prompt, and the token after it.
            Real = [.. Enumerable.Repeat(true, 32), .. test.Observation[FeatureNames.LanguageMask].data<bool>(), true],
        };
        test.Network.ForwardHook = (name, output) =>
        {
            if (!name.EndsWith("embed_tokens", StringComparison.Ordinal))
                modules.Check(name, output);
        };
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        test.Network.PredictActionChunk(test.Observation, [new EpisodeState(new GeneratorNoise(1))]);
        Assert.All(modules.Unseen, name => Assert.Contains("embed_tokens", name, StringComparison.Ordinal));
    }

    [Fact]
    public void Tokens_that_do_not_begin_as_actions_do_are_one_clear_line()
    {
        var config = (Pi0FastConfig)new GoldenCase("pi0_fast", "b1").Config();
        config.ValidateActionTokenPrefix = true;
        var actions = new ActionTokens(config);
        string message = Assert.Throws<EvalCoreException>(() => actions.Decode([8, 2, 402])).Message;
        Assert.Equal("the policy generated '\\u000a', '<bos>' where actions begin with 'Action', ':'; it is trained too little, or its tokenizer is another one; --policy.validate_action_token_prefix=false plays what it generated", message);
    }

    [Fact]
    public void The_prefix_is_no_action_and_negative_tokens_are_no_motion()
    {
        var config = (Pi0FastConfig)new GoldenCase("pi0_fast", "b1").Config();
        var actions = new ActionTokens(config);
        int[] tokens = [402, 383, 637];
        int[] prefix = config.Tokenizers.Text(config.TextTokenizerName).Encode("Action: ", specialTokens: false);
        float[] expected = actions.Decode(tokens);
        Assert.Contains(expected, number => number != 0);
        Assert.Equal(expected, actions.Decode([.. prefix, .. tokens]));
        Assert.Equal(expected, actions.Decode([402, .. prefix, 383, 637]));
        Assert.Equal(new float[5 * 7], actions.Decode([402, 900, 637]));
        Assert.Equal(new float[5 * 7], actions.Decode([]));
    }

    [Fact]
    public void Random_tokens_depend_on_the_episode_alone()
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        using var test = new NetworkCase("pi0_fast", "b3", config => ((Pi0FastConfig)config).Temperature = 2);
        var network = (Pi0FastNetwork)test.Network;
        int[][] together = network.Generate(test.Observation, [Seeded(1), Seeded(2), Seeded(3)]);
        var alone = test.Observation.ToDictionary(input => input.Key, input => input.Value.narrow(0, 1, 1));
        Assert.Equal(together[1], Assert.Single(network.Generate(alone, [Seeded(2)])));
        Assert.NotEqual(together[1], Assert.Single(network.Generate(alone, [Seeded(1)])));

        static EpisodeState Seeded(long seed) => new(new GeneratorNoise(seed));
    }

    [Fact]
    public void In_bfloat16_the_first_tokens_are_those_of_float32()
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        using var test = new NetworkCase("pi0_fast", "b1", config => ((Pi0FastConfig)config).Dtype = "bfloat16");
        using var generated = test.Open("generated");
        int[] tokens = Assert.Single(((Pi0FastNetwork)test.Network).Generate(test.Observation, [new EpisodeState(new GeneratorNoise(1))]));
        Assert.Equal(generated.Read<long>("token_ids").Take(4).Select(id => (int)id), tokens.Take(4));
    }

    [Fact]
    public void The_provenance_has_the_files_of_both_tokenizers_and_not_where_they_are()
    {
        var golden = new GoldenCase("pi0_fast", "b1");
        using var input = new EvalCore.Inference.StoredObservations(golden.PathOf("obs"));
        var config = golden.Config();
        config.Given = ["tokenizer_path"];
        using var policy = config.Make(new PolicyContext(input.Space));
        Assert.Equal(
            [
                "google/paligemma-3b-pt-224/tokenizer.json", "google/paligemma-3b-pt-224/tokenizer_config.json",
                "lerobot/fast-action-tokenizer/processor_config.json", "lerobot/fast-action-tokenizer/tokenizer.json", "lerobot/fast-action-tokenizer/tokenizer_config.json",
            ],
            policy.Provenance.Keys.Where(key => key.Contains('/', StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("--policy.tokenizer_path", policy.Provenance.Keys);
    }
}
