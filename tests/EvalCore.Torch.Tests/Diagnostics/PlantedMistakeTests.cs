using System.Text.Json.Nodes;
using Benchmarks.PushT;
using EvalCore.Environments;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Rollout;
using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Diagnostics;
using EvalCore.Torch.Processors;
using Safetensors;

namespace EvalCore.Torch.Tests.Diagnostics;

/// <summary>
/// Checkpoints with one mistake each, in their files or in the environment, and what a run says of it. <c>docs/diagnostics.md</c>
/// has the table. The trained checkpoints as they are have no note.
/// </summary>
public sealed class PlantedMistakeTests : IDisposable
{
    private const string Preprocessor = "policy_preprocessor_step_3_normalizer_processor.safetensors";
    private const string Postprocessor = "policy_postprocessor_step_0_unnormalizer_processor.safetensors";

    private readonly List<TestFolder> _folders = [];

    public void Dispose() => _folders.ForEach(folder => folder.Dispose());

    [Theory]
    [InlineData("pusht_act_keypoints")]
    [InlineData("pusht_act_keypoints_early")]
    [InlineData("pusht_diffusion_keypoints")]
    public async Task A_trained_checkpoint_has_no_note(string name)
    {
        var info = await PlayPushT(Goldens.Checkpoint(name), episodes: 6);
        Assert.True(info.Overall.NSuccess > 0);
        Assert.Empty(DiagnosticNotes.Of(info));
        Assert.Equal(
            ["observation.environment_state", "observation.state", "action"], info.PerTask[0].Diagnostics!.Features.Keys);
    }

    [Fact]
    public async Task A_state_in_degrees_is_named()
    {
        var folder = PushT();
        Edit(folder, Preprocessor, (name, value) => name.StartsWith("observation.state.", StringComparison.Ordinal) ? value * Math.PI / 180 : value);
        var notes = await NotesOfPushT(folder);
        Assert.Contains(notes, note => note.StartsWith("observation.state: 100 % of the values of all components are far outside the statistics' [min, max] (", StringComparison.Ordinal)
            && note.EndsWith("likely another unit (degrees and radians are 57.3 apart)", StringComparison.Ordinal));
        Assert.DoesNotContain(notes, note => note.StartsWith("observation.environment_state: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Statistics_of_another_data_set_are_named()
    {
        var folder = PushT();
        Edit(folder, Preprocessor, (name, value) => name.StartsWith("action.", StringComparison.Ordinal) ? value : name.EndsWith(".std", StringComparison.Ordinal) ? value / 100 : 2000 + value / 100);
        var notes = await NotesOfPushT(folder);
        Assert.All((string[])["observation.environment_state", "observation.state"], feature => Assert.Contains(notes, note =>
            note.StartsWith($"{feature}: 100 % of the values of all components are far outside the statistics' [min, max] (", StringComparison.Ordinal)
            && note.EndsWith("likely statistics of another data set, another environment, or another field under this name (--rename_map)", StringComparison.Ordinal)));
        Assert.StartsWith("no success in 2 episodes; compared ", notes[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Statistics_of_another_data_set_in_one_pipeline_are_named_when_the_policy_is_loaded()
    {
        var folder = PushT();
        Edit(folder, Postprocessor, (_, value) => value + 1);
        var warnings = new List<string>();
        await PlayPushT(folder.Root, episodes: 1, warn: warnings.Add);
        Assert.Equal(
            $"{folder[Postprocessor]}: its statistics of 'action' are not those of {Preprocessor}; LeRobot writes the same into both: likely one of the files is of another checkpoint",
            Assert.Single(warnings));
    }

    [Fact]
    public async Task Statistics_that_are_missing_end_the_run_before_it_begins()
    {
        var folder = PushT();
        Edit(folder, Preprocessor, (name, value) => name.StartsWith("observation.state.", StringComparison.Ordinal) ? null : value);
        string message = (await Assert.ThrowsAsync<EvalCoreException>(() => PlayPushT(folder.Root, episodes: 1))).Message;
        Assert.Contains("there are no statistics of 'observation.state'", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Statistics_that_are_missing_where_none_are_needed_are_in_the_summary()
    {
        var folder = PushT();
        Edit(folder, Preprocessor, (name, value) => name.StartsWith("observation.state.", StringComparison.Ordinal) ? null : value);
        foreach (string file in (string[])["config.json", "policy_preprocessor.json"])
            folder.Edit(file, json => (file == "config.json" ? json["normalization_mapping"] : json["steps"]![3]!["config"]!["norm_map"])!["STATE"] = "IDENTITY");
        var info = await PlayPushT(folder.Root, episodes: 2);
        Assert.Contains("; no statistics of observation.state: ", DiagnosticNotes.Of(info)[^1], StringComparison.Ordinal);
        Assert.True(JsonNode.Parse(Written(info))!["per_task"]![0]!["diagnostics"]!["observation.state"]!["without_statistics"]!.GetValue<bool>());
    }

    [Theory]
    [InlineData(20, "far outside the environment's bounds (")]
    [InlineData(0.002, "all values are below 2 % of the magnitude of the environment's bounds (")]
    public async Task Actions_of_another_scale_are_named(double scale, string what)
    {
        var folder = PushT();
        foreach (string file in (string[])[Preprocessor, Postprocessor])
            Edit(folder, file, (name, value) => name.StartsWith("action.", StringComparison.Ordinal) ? value * scale : value);
        var notes = await NotesOfPushT(folder);
        string note = Assert.Single(notes, note => note.StartsWith("action: ", StringComparison.Ordinal));
        Assert.Contains(what, note, StringComparison.Ordinal);
        Assert.Contains("another scale or unit", note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_with_two_cameras_as_trained_has_no_note_but_the_summary()
    {
        var folder = TwoCameras();
        Assert.Equal(
            "no success in 2 episodes; compared observation.state, observation.images.front, observation.images.wrist, action with the statistics of the training data, "
            + "actions with the environment's bounds, looked for black images and ones of one colour: all values were inside. "
            + "This cannot show a flipped image or a sign where the range is symmetric",
            Assert.Single(await NotesOfTable(folder, new TableConfig())));
    }

    [Fact]
    public async Task Two_cameras_that_are_swapped_are_named()
    {
        string note = (await NotesOfTable(TwoCameras(), new TableConfig { SwapsCameras = true }))[0];
        Assert.StartsWith("observation.images.front and observation.images.wrist: over all images each is unlike its statistics, and like the other's (", note, StringComparison.Ordinal);
        Assert.EndsWith("likely two cameras that are swapped (--rename_map, or the order of cameras)", note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_cameras_that_a_rename_map_swaps_are_named()
    {
        var map = new Dictionary<string, string> { [TableConfig.Front] = TableConfig.Wrist, [TableConfig.Wrist] = TableConfig.Front };
        Assert.EndsWith("likely two cameras that are swapped (--rename_map, or the order of cameras)", (await NotesOfTable(TwoCameras(), new TableConfig(), map))[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task BGR_for_RGB_is_named()
    {
        var notes = await NotesOfTable(TwoCameras(), new TableConfig { IsBgr = true });
        Assert.StartsWith("observation.images.front: over all images red and blue are exchanged (mean colour ", notes[0], StringComparison.Ordinal);
        Assert.StartsWith("observation.images.wrist: over all images red and blue are exchanged (mean colour ", notes[1], StringComparison.Ordinal);
        Assert.EndsWith("likely BGR for RGB, in the data or in the environment", notes[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flipped_image_cannot_be_seen_and_the_summary_says_so() =>
        Assert.EndsWith(": all values were inside. This cannot show a flipped image or a sign where the range is symmetric", Assert.Single(await NotesOfTable(TwoCameras(), new TableConfig { Flips = true })), StringComparison.Ordinal);

    [Fact]
    public async Task An_inverted_gripper_is_named()
    {
        string note = (await NotesOfTable(TwoCameras(), new TableConfig { Gripper = -1 }))[0];
        Assert.StartsWith("observation.state: 100 % of the values of component 1 are outside [min, max] (1: seen -0.0", note, StringComparison.Ordinal);
        Assert.EndsWith("likely a sign that is inverted, of a gripper or of an axis", note, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_before_the_normalisation_that_may_change_numbers_leaves_its_statistics_out()
    {
        var folder = PushT();
        folder.Edit("policy_preprocessor.json", json => json["steps"]!.AsArray().Insert(0, new JsonObject { ["registry_name"] = "my_step", ["config"] = new JsonObject() }));
        folder.Edit("policy_postprocessor.json", json => json["steps"]!.AsArray().Add(new JsonObject { ["registry_name"] = "my_step", ["config"] = new JsonObject() }));
        var source = new LeRobotPolicies();
        source.ProcessorSteps.Add("my_step", _ => new Nothing());
        var config = source.Recognize(folder.Root)!;
        config.Device = DeviceName.Cpu;
        using var policy = config.Make(PolicyContext.Of(new PushTConfig { ObsType = "environment_state_agent_pos" }) with { Warn = Assert.Fail });
        Assert.Empty(policy.Statistics);
    }

    [Fact]
    public void Statistics_of_each_pixel_become_those_of_the_channels()
    {
        string path = Path.Combine(PushT().Root, "pixels.safetensors");
        new SafetensorsWriter()
            .Add<float>("camera.mean", [0, 1, 0.5f, 0.5f, 0.25f, 0.25f], [3, 1, 2])
            .Add<float>("camera.std", [0, 0, 0.1f, 0.1f, 0.3f, 0.4f], [3, 1, 2])
            .Add<float>("camera.max", [0.5f, 1, 0.5f, 0.5f, 0.25f, 0.5f], [3, 1, 2])
            .Save(path);
        using var file = SafetensorsFile.Open(path);
        var feature = new PolicyFeature(FeatureType.VISUAL, [3, 1, 2]);
        var statistics = StoredStatistics.Read(NormalizationStatistics.Of(file), "camera", feature)!;
        Assert.Equal([0.5, 0.5, 0.25], statistics.Mean!);
        Assert.Equal([1, 0.5, 0.5], statistics.Max!);
        Assert.Equal(new[] { 0.5, 0.1, Math.Sqrt(0.125) }.Select(value => Math.Round(value, 6)), statistics.Std!.Select(value => Math.Round(value, 6)));
        Assert.Null(statistics.Min);
        Assert.Null(StoredStatistics.Read(NormalizationStatistics.Of(file), "other", feature));
    }

    private TestFolder PushT() => Keep(new TestFolder());

    /// <summary>
    /// The reference checkpoint of ACT with two cameras in place of one, which share its weights, and the statistics of what the
    /// environment shows.
    /// </summary>
    private TestFolder TwoCameras()
    {
        var folder = Keep(new TestFolder(Goldens.Find("policies/act/checkpoint")));
        folder.Edit("config.json", json => Rename(json["input_features"]!.AsObject()));
        folder.Edit("policy_preprocessor.json", json => Rename(json["steps"]![3]!["config"]!["features"]!.AsObject()));
        var values = Shown();
        var writer = new SafetensorsWriter();
        foreach (var (name, channels) in values)
        {
            long[] shape = name == TableConfig.State ? [channels.Length] : [channels.Length, 1, 1];
            writer.Add<float>($"{name}.mean", [.. channels.Select(channel => (float)channel.Average())], shape);
            writer.Add<float>($"{name}.std", [.. channels.Select(channel => (float)Spread(channel))], shape);
            writer.Add<float>($"{name}.min", [.. channels.Select(channel => (float)channel.Min())], shape);
            writer.Add<float>($"{name}.max", [.. channels.Select(channel => (float)channel.Max())], shape);
        }

        // The weights are random: their actions may be anywhere in a wide range.
        foreach (var w in (SafetensorsWriter[])[writer, new SafetensorsWriter()])
        {
            w.Add<float>("action.mean", [0, 0], [2]).Add<float>("action.std", [0.05f, 0.05f], [2]).Add<float>("action.min", [-1, -1], [2]).Add<float>("action.max", [1, 1], [2]);
            w.Save(folder[w == writer ? Preprocessor : Postprocessor]);
        }

        return folder;

        static double Spread(double[] values)
        {
            double mean = values.Average();
            return Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
        }

        static void Rename(JsonObject features)
        {
            var image = features["observation.image"]!.DeepClone();
            features.Remove("observation.image");
            features[TableConfig.Front] = image.DeepClone();
            features[TableConfig.Wrist] = image;
        }
    }

    /// <summary>What some episodes show, by feature and channel.</summary>
    private static Dictionary<string, List<double>[]> ShownLists()
    {
        using var benchmark = new TableConfig().Open();
        using var environment = benchmark.Make(benchmark.Tasks[0]);
        var observation = new Observation(environment.ObservationSpace);
        var shown = environment.ObservationSpace.ToDictionary(
            field => field.Key, field => Enumerable.Range(0, field.Kind == ObservationKind.Image ? 3 : field.Length).Select(_ => new List<double>()).ToArray());
        for (int episode = 0; episode < 6; episode++)
        {
            environment.Reset(benchmark.Tasks[0].Episode(episode, 1000));
            for (int step = 0; step < environment.MaxEpisodeSteps; step++)
            {
                environment.Observe(observation);
                foreach (var field in environment.ObservationSpace)
                {
                    var channels = shown[field.Key];
                    if (field.Kind == ObservationKind.Vector)
                    {
                        for (int i = 0; i < channels.Length; i++)
                            channels[i].Add(observation.Vector(field.Key)[i]);
                        continue;
                    }

                    var image = observation.Image(field.Key);
                    for (int i = 0; i < image.Length; i += 13)
                        channels[i % 3].Add(image[i] / 255.0);
                }

                environment.Step([0, 0]);
            }
        }

        return shown;
    }

    private static readonly Lazy<Dictionary<string, double[][]>> ShownOnce = new(() =>
        ShownLists().ToDictionary(entry => entry.Key, entry => entry.Value.Select(channel => channel.ToArray()).ToArray()));

    private static Dictionary<string, double[][]> Shown() => ShownOnce.Value;

    private TestFolder Keep(TestFolder folder)
    {
        _folders.Add(folder);
        return folder;
    }

    /// <summary>Changes each number of a state file, or leaves a tensor out.</summary>
    private static void Edit(TestFolder folder, string file, Func<string, double, double?> change)
    {
        var writer = new SafetensorsWriter();
        using (var state = SafetensorsFile.Open(folder[file]))
        {
            foreach (var entry in state)
            {
                double?[] values = [.. state.Read<float>(entry.Name).Select(value => change(entry.Name, value))];
                if (!values.Contains(null))
                    writer.Add<float>(entry.Name, [.. values.Select(value => (float)value!.Value)], [.. entry.Shape]);
            }
        }

        writer.Save(folder[file]);
    }

    private static async Task<IReadOnlyList<string>> NotesOfPushT(TestFolder folder) => DiagnosticNotes.Of(await PlayPushT(folder.Root, episodes: 2));

    private static Task<EvalInfo> PlayPushT(string path, int episodes, Action<string>? warn = null) =>
        Play(path, new PushTConfig { ObsType = "environment_state_agent_pos" }, episodes, new Dictionary<string, string>(), warn);

    private static async Task<IReadOnlyList<string>> NotesOfTable(TestFolder folder, TableConfig env, Dictionary<string, string>? renameMap = null) =>
        DiagnosticNotes.Of(await Play(folder.Root, env, 2, renameMap ?? [], null));

    private static async Task<EvalInfo> Play(string path, EnvConfig env, int episodes, Dictionary<string, string> renameMap, Action<string>? warn)
    {
        using var policy = TestPolicy.Config(path).Make(PolicyContext.Of(env) with { RenameMap = renameMap, Warn = warn ?? Assert.Fail });
        using var run = new EvalRun(env, policy, new RolloutOptions { Eval = new EvalConfig { NEpisodes = episodes, BatchSize = 2, NEpisodesToRender = 0 } });
        return await run.PlayAll();
    }

    private static string Written(EvalInfo info)
    {
        string file = Path.GetTempFileName();
        info.Save(file);
        string text = File.ReadAllText(file);
        File.Delete(file);
        return text;
    }

    private sealed class Nothing : IProcessorStep
    {
        public void Process(Transition transition)
        {
        }
    }
}
