using System.Text.Json.Nodes;
using EvalCore.Policies;
using EvalCore.Torch.Policies.VqBet;

namespace EvalCore.Torch.Tests.Policies;

/// <summary>VQ-BeT against LeRobot, with the codes that LeRobot drew.</summary>
public class VqBetTests
{
    [Theory]
    [InlineData("b1", Batching.Exact)]
    [InlineData("b3", Batching.Exact)]
    [InlineData("b3", Batching.Dynamic)]
    public void Chunks_and_actions_equal_LeRobots(string name, Batching batching)
    {
        var golden = new GoldenCase("vqbet", name);
        using var result = golden.Infer(drawsOf: "select", batching);
        golden.Compare(result, "chunk", raw: 2e-5, post: 2e-5);
        golden.Compare(result, "select", raw: 2e-5, post: 2e-5);
    }

    [Fact]
    public void Every_module_computes_what_LeRobot_computes() => new GoldenCase("vqbet", "b1").CompareModules(5e-5);

    [Theory]
    [InlineData("gpt_n_head=7", "--policy.gpt_n_head: gpt_hidden_dim is 64; it must be a multiple of gpt_n_head, 7")]
    [InlineData("gpt_block_size=10", "--policy.gpt_block_size is 10; n_obs_steps and n_action_pred_token ask for 11 tokens")]
    [InlineData("n_obs_steps=1000000000", "--policy.n_obs_steps: gpt_block_size is 40; n_obs_steps and n_action_pred_token ask for 3000000002 tokens")]
    [InlineData("bet_softmax_temperature=0", "--policy.bet_softmax_temperature is 0; it must be above 0")]
    [InlineData("crop_shape=[65,60]", "--policy.crop_shape is [65, 60]; it must fit into 'observation.image', 64x80")]
    [InlineData("vision_backbone=resnet17", "--policy.vision_backbone is 'resnet17'; known are resnet18")]
    [InlineData("action_chunk_size=0", "--policy.action_chunk_size")]
    [InlineData("n_obs_steps=x", "--policy.n_obs_steps")]
    public void A_bad_flag_is_one_clear_line(string flag, string message)
    {
        string checkpoint = new GoldenCase("vqbet", "b1").Checkpoint;
        string actual = Assert.Throws<EvalCoreException>(() => TestPolicy.Config(checkpoint, flag)).Message;
        Assert.Contains(message, actual, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', actual);
    }

    [Fact]
    public void A_second_camera_is_one_clear_line()
    {
        using var folder = new TestFolder(new GoldenCase("vqbet", "b1").Checkpoint);
        folder.Edit("config.json", json => json["input_features"]!["observation.images.top"] = json["input_features"]!["observation.image"]!.DeepClone());
        Assert.EndsWith(
            "config.json: input_features has 2 images, but VQ-BeT reads exactly one",
            Assert.Throws<EvalCoreException>(() => TestPolicy.Config(folder.Root)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_that_does_not_fit_is_one_clear_line()
    {
        var golden = new GoldenCase("vqbet", "b1");
        string message = Assert.Throws<EvalCoreException>(() => TestPolicy.Load(golden.Checkpoint, golden.Space, "vqvae_n_embed=8")).Message;
        Assert.Contains("'vqbet.action_head.map_to_cbet_preds_offset.0.weight' is F32 [512, 40], but the configuration asks for [256, 40]", message, StringComparison.Ordinal);
        message = Assert.Throws<EvalCoreException>(() => TestPolicy.Load(golden.Checkpoint, golden.Space, "gpt_n_layer=1")).Message;
        Assert.Contains("'vqbet.policy.transformer.h.1.attn.c_attn.bias'", message, StringComparison.Ordinal);
        Assert.Contains("belong to no part of the network", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, 3, new long[] { 2, 5, 6, 7 })]
    [InlineData(2, 5, new long[] { 2, 5, 6, 7, 8, 9 })]
    [InlineData(2, 3, new long[] { 3, 7, 6, 7 }, true)]
    public void The_action_tokens_are_counted_by_the_input_features_as_in_LeRobot(int observations, int predicted, long[] places, bool third = false)
    {
        using var folder = new TestFolder(new GoldenCase("vqbet", "b1").Checkpoint);
        if (third)
            folder.Edit("config.json", json => json["input_features"]!["observation.environment_state"] = JsonNode.Parse("""{"type":"ENV","shape":[3]}"""));
        var config = (VqBetConfig)TestPolicy.Config(folder.Root, $"n_obs_steps={observations}", $"n_action_pred_token={predicted}");
        Assert.Equal(places, config.ActionTokens);
        Assert.Equal(["observation.state", "observation.image"], config.Inputs);
    }

    [Fact]
    public void More_input_features_than_the_tokens_allow_are_one_clear_line()
    {
        using var folder = new TestFolder(new GoldenCase("vqbet", "b1").Checkpoint);
        folder.Edit("config.json", json => json["input_features"]!["observation.environment_state"] = JsonNode.Parse("""{"type":"ENV","shape":[3]}"""));
        Assert.Contains(
            "input_features has 3 entries; VQ-BeT reads 2",
            Assert.Throws<EvalCoreException>(() => TestPolicy.Config(folder.Root)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Codebooks_that_are_not_complete_are_noted()
    {
        var golden = new GoldenCase("vqbet", "b1");
        using var folder = new TestFolder(golden.Checkpoint);
        folder.SetBool("vqbet.action_head.vqvae_model.discretized", false);
        var notes = new List<string>();
        using var policy = LeRobotPolicy.Load(TestPolicy.Config(folder.Root), new PolicyContext(golden.Space) { Warn = notes.Add });
        Assert.Contains("'vqbet.action_head.vqvae_model.discretized' is false: training ended before", Assert.Single(notes), StringComparison.Ordinal);
    }
}
