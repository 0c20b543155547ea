using System.Text.Json;
using System.Text.Json.Nodes;
using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Processors;
using EvalCore.Torch.Tokenizers;
using static EvalCore.Torch.Tests.Closeness;
using static TorchSharp.torch;

namespace EvalCore.Torch.Tests.Processors;

/// <summary>Single steps against LeRobot.</summary>
public class ProcessorStepTests
{
    [Theory]
    [InlineData("smolvla_new_line_processor")]
    [InlineData("pi0_new_line_processor")]
    public void An_instruction_ends_with_one_line_break(string name)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Goldens.Find("policies/processors/newline.json")));
        foreach (var entry in json.RootElement.EnumerateArray())
        {
            var transition = new Transition { Task = Texts(entry.GetProperty("in")) };
            Step(name).Process(transition);
            Assert.Equal(Texts(entry.GetProperty("out")), transition.Task);
        }

        static string[] Texts(JsonElement value) =>
            value.ValueKind == JsonValueKind.String ? [value.GetString()!] : [.. value.EnumerateArray().Select(text => text.GetString()!)];
    }

    [Fact]
    public void Each_number_of_the_state_has_the_bin_that_numpy_gives_it()
    {
        using var golden = Goldens.Open("policies/processors/state_bins.safetensors");
        Assert.Equal(golden.Read<long>("bin"), golden.Read<float>("value").Select(value => (long)StatePromptProcessor.Bin(value)));
        Assert.Equal(255, StatePromptProcessor.Bin(float.NaN));
        Assert.Equal(255, StatePromptProcessor.Bin(float.PositiveInfinity));
        Assert.Equal(-1, StatePromptProcessor.Bin(float.NegativeInfinity));
        Assert.Equal(127, StatePromptProcessor.Bin(-1e-30f));
    }

    [Fact]
    public void A_prompt_has_the_cleaned_instruction_and_the_bins()
    {
        using var scope = NewDisposeScope();
        using var json = JsonDocument.Parse(File.ReadAllText(Goldens.Find("policies/processors/pi05_prompts.json")));
        foreach (var entry in json.RootElement.EnumerateArray())
        {
            float[] state = [.. entry.GetProperty("state").EnumerateArray().Select(number => number.GetSingle())];
            string prompt = entry.GetProperty("prompt").GetString()!;
            Assert.Equal(prompt, Prompt(StatePromptProcessor.Pi05Name));
            Assert.Equal(prompt[..^"Action: ".Length], Prompt(StatePromptProcessor.Pi0FastName));

            string Prompt(string name)
            {
                var transition = new Transition { Task = [entry.GetProperty("task").GetString()!], Observation = { [FeatureNames.State] = tensor(state).unsqueeze(0) } };
                Step(name).Process(transition);
                return Assert.Single(transition.Task);
            }
        }
    }

    [Fact]
    public void A_prompt_without_a_state_is_one_clear_line()
    {
        string message = Assert.Throws<EvalCoreException>(() => Step(StatePromptProcessor.Pi05Name).Process(new Transition { Task = ["a"] })).Message;
        Assert.EndsWith("there is no 'observation.state', which is a part of the prompt", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("all")]
    [InlineData("gripper")]
    [InlineData("two")]
    [InlineData("names_none")]
    [InlineData("short_names")]
    public void Relative_actions_are_made_and_brought_back_as_in_LeRobot(string name)
    {
        using var scope = NewDisposeScope();
        using var golden = Goldens.Open("policies/processors/relative_actions.safetensors");
        using var json = JsonDocument.Parse(File.ReadAllText(Goldens.Find("policies/processors/relative_actions.json")));
        var fields = json.RootElement.GetProperty(name);
        var relative = (RelativeActionsProcessor)Step(RelativeActionsProcessor.Name, new JsonObject
        {
            ["enabled"] = true,
            ["exclude_joints"] = JsonNode.Parse(fields.GetProperty("exclude_joints").GetRawText()),
            ["action_names"] = JsonNode.Parse(fields.GetProperty("action_names").GetRawText()),
        });
        var absolute = (AbsoluteActionsProcessor)Step(AbsoluteActionsProcessor.Name, new JsonObject { ["enabled"] = true });
        absolute.Link(relative);
        Assert.Equal(fields.GetProperty("mask").EnumerateArray().Select(on => on.GetBoolean()), relative.Mask(7));

        var pre = new Transition { Action = Read("action_chunk"), Observation = { [FeatureNames.State] = Read("state") } };
        relative.Process(pre);
        Assert.Equal(golden.Read<float>($"{name}.relative_chunk"), Values(pre.Action));
        foreach (string action in (string[])["action", "action_chunk"])
        {
            var post = new Transition { Action = Read(action), ComplementaryData = pre.ComplementaryData };
            absolute.Process(post);
            Assert.Equal(golden.Read<float>($"{name}.{action.Replace("action", "absolute", StringComparison.Ordinal)}"), Values(post.Action));
        }

        Tensor Read(string tensor) => StateDict.Read(golden, golden[tensor], CPU);
    }

    [Fact]
    public void Absolute_actions_need_the_step_that_keeps_the_state()
    {
        var absolute = (AbsoluteActionsProcessor)Step(AbsoluteActionsProcessor.Name, new JsonObject { ["enabled"] = true });
        Assert.Contains("the pre-processor has no step 'relative_actions_processor'", Assert.Throws<EvalCoreException>(() => absolute.Link(null)).Message, StringComparison.Ordinal);
        ((AbsoluteActionsProcessor)Step(AbsoluteActionsProcessor.Name)).Link(null);
    }

    [Fact]
    public void Liberos_images_and_state_equal_LeRobots()
    {
        using var scope = NewDisposeScope();
        using var golden = Goldens.Open("policies/processors/libero_env.safetensors");
        var transition = new Transition
        {
            Observation =
            {
                ["observation.images.image"] = StateDict.Read(golden, golden["in.image"], CPU),
                ["observation.robot_state.eef.pos"] = StateDict.Read(golden, golden["in.eef_pos"], CPU, null),
                ["observation.robot_state.eef.quat"] = StateDict.Read(golden, golden["in.eef_quat_xyzw"], CPU, null),
                ["observation.robot_state.gripper.qpos"] = StateDict.Read(golden, golden["in.gripper_qpos"], CPU, null),
            },
        };
        Step(LiberoProcessor.Name).Process(transition);
        Assert.Equal(["observation.images.image", "observation.state"], transition.Observation.Keys);
        Assert.Equal(golden.Read<float>("out.image"), Values(transition.Observation["observation.images.image"]));
        Close(golden.Read<float>("out.observation.state"), Values(transition.Observation["observation.state"]), 1e-6, "state");
    }

    [Fact]
    public void XVlas_steps_for_Libero_equal_LeRobots()
    {
        using var scope = NewDisposeScope();
        using var golden = Goldens.Open("policies/processors/xvla_env.safetensors");
        var transition = new Transition
        {
            Task = [.. Enumerable.Repeat("", 24)],
            Observation =
            {
                // As EvalCore's LIBERO observes: images are turned, and the position is in the state of other policies.
                ["observation.images.image"] = StateDict.Read(golden, golden["in.image"], CPU).flip(2, 3),
                ["observation.images.image2"] = StateDict.Read(golden, golden["in.image2"], CPU).flip(2, 3),
                ["observation.state"] = nn.functional.pad(StateDict.Read(golden, golden["in.eef_pos"], CPU), [0, 5], value: 7),
                ["observation.robot_state.eef.mat"] = StateDict.Read(golden, golden["in.eef_mat"], CPU).flatten(1),
            },
        };
        new XVlaLiberoProcessor().Process(transition);
        Assert.Equal(golden.Read<float>("out.image"), Values(transition.Observation["observation.images.image"]));
        Assert.Equal(golden.Read<float>("out.image2"), Values(transition.Observation["observation.images.image2"]));
        Assert.Equal(golden.Read<float>("out.observation.state"), Values(transition.Observation["observation.state"]));
        Assert.Equal(3, transition.Observation.Count);

        transition.Observation = new() { ["observation.images.image"] = StateDict.Read(golden, golden["in.image"], CPU) };
        var normalize = Step(XVlaImageNetNormalizeProcessor.Name);
        normalize.Process(transition);
        Assert.Equal(golden.Read<float>("imagenet.image"), Values(transition.Observation["observation.images.image"]));
        Step(XVlaAddDomainIdProcessor.Name).Process(transition);
        Assert.Equal(new long[24], transition.ComplementaryData["domain_id"].data<long>().ToArray());
        ((IDisposable)normalize).Dispose();

        var action = new Transition { Action = StateDict.Read(golden, golden["in.action"], CPU) };
        Step(XVlaRotationProcessor.Name).Process(action);
        Close(golden.Read<float>("out.action"), Values(action.Action), 1e-5, "action");
    }

    [Fact]
    public void XVlas_images_are_made_from_0_to_1()
    {
        using var scope = NewDisposeScope();
        var transition = new Transition
        {
            Observation =
            {
                ["observation.images.a"] = tensor(new float[] { 0, 51, 255 }), ["observation.images.b"] = tensor(new float[] { 0, 0.5f, 1 }),
                ["observation.state"] = tensor(new float[] { 7 }),
            },
        };
        Step(XVlaImageToFloatProcessor.Name).Process(transition);
        Assert.Equal([0, 0.2f, 1], Values(transition.Observation["observation.images.a"]));
        Assert.Equal([0, 0.5f, 1], Values(transition.Observation["observation.images.b"]));
        Assert.Equal([7], Values(transition.Observation["observation.state"]));

        transition.Observation["observation.images.a"] = tensor(new float[] { 0, 0.2f, 1 });
        Step(XVlaImageScaleProcessor.Name).Process(transition);
        Assert.Equal([0, 51, 255], Values(transition.Observation["observation.images.a"]));
        Assert.Equal([0, 127.5f, 255], Values(transition.Observation["observation.images.b"]));
        Assert.Equal([7], Values(transition.Observation["observation.state"]));

        transition.Observation["observation.images.a"] = tensor(new float[] { -1, 300 });
        Assert.Contains("'observation.images.a' has numbers from -1 to 300", Assert.Throws<EvalCoreException>(
            () => Step(XVlaImageToFloatProcessor.Name).Process(transition)).Message, StringComparison.Ordinal);
        Assert.Contains("but ImageNet's statistics are of images from 0 to 1", Assert.Throws<EvalCoreException>(
            () => Step(XVlaImageNetNormalizeProcessor.Name).Process(transition)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_present_part_of_a_task_is_tokenised_too()
    {
        using var scope = NewDisposeScope();
        var step = Tokenizer(new JsonObject { ["tokenizer_name"] = "google/paligemma", ["max_length"] = 8, ["padding_side"] = "left" });
        var transition = new Transition { Task = ["pick up"], Subtask = ["reach"] };
        step.Process(transition);
        Assert.Equal([1, 8], transition.Observation["observation.language.tokens"].shape);
        Assert.Equal([1, 8], transition.Observation["observation.subtask.tokens"].shape);
        Assert.False(transition.Observation["observation.subtask.attention_mask"][0, 0].item<bool>());
        Assert.True(transition.Observation["observation.subtask.attention_mask"][0, 7].item<bool>());
    }

    [Fact]
    public void The_first_instruction_that_is_cut_is_noted()
    {
        using var scope = NewDisposeScope();
        var notes = new List<string>();
        var step = (TokenizerProcessor)Tokenizer(new JsonObject { ["tokenizer_name"] = "google/paligemma", ["max_length"] = 6 });
        step.Warn = notes.Add;
        step.Process(new Transition { Task = ["reach"] });
        Assert.Empty(notes);
        var transition = new Transition { Task = ["pick up the black bowl and put it on the plate"] };
        step.Process(transition);
        step.Process(new Transition { Task = ["pick up the white bowl and put it on the plate"] });
        Assert.Equal([1, 6], transition.Observation["observation.language.tokens"].shape);
        Assert.Contains("max_length is 6, but a text has ", Assert.Single(notes), StringComparison.Ordinal);
        Assert.EndsWith("the policy does not read its end, as in LeRobot: 'pick up the black bowl and put it on the plate'", notes[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("padding", "\"wide\"", "padding is 'wide'; it must be max_length or longest")]
    [InlineData("padding_side", "\"top\"", "padding_side is 'top'; it must be left or right")]
    [InlineData("task_key", "\"goal\"", "task_key is 'goal', but an evaluation gives instructions as 'task' only")]
    [InlineData("tokenizer_name", "null", "has no tokenizer_name")]
    [InlineData("max_length", "1", "max_length is 1; it must be more than the 1 special tokens that 'google/paligemma' puts around a text")]
    [InlineData("max_length", "\"many\"", "step 'tokenizer_processor'")]
    public void A_wrong_field_of_the_tokenizer_is_one_clear_line(string field, string value, string message)
    {
        var fields = new JsonObject { ["tokenizer_name"] = "google/paligemma", ["max_length"] = 8, [field] = JsonNode.Parse(value) };
        string actual = Assert.Throws<EvalCoreException>(() => Tokenizer(fields)).Message;
        Assert.Contains(message, actual, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', actual);
    }

    private static float[] Values(Tensor? tensor) => [.. tensor!.contiguous().data<float>()];

    private static IProcessorStep Tokenizer(JsonObject fields) => Step(TokenizerProcessor.Name, fields);

    private static IProcessorStep Step(string name, JsonObject? fields = null) => new ProcessorStepRegistry().Make(
        new ProcessorStepContext("policy_preprocessor.json", name, fields ?? [], null, CPU, new TokenizerFolders("", Goldens.Find("policies/tokenizers/paligemma_like"))));
}
