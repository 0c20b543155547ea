namespace EvalCore.Torch.Tests.Checkpoints;

/// <summary>Checkpoints that a training run has not finished writing.</summary>
public sealed class UnfinishedTests : IDisposable
{
    private const string PreState = "policy_preprocessor_step_3_normalizer_processor.safetensors";
    private const string PostState = "policy_postprocessor_step_0_unnormalizer_processor.safetensors";

    private readonly string _step = Directory.CreateTempSubdirectory("evalcore-").FullName;
    private readonly LeRobotPolicies _source = new();

    private string Policy => Path.Combine(_step, "pretrained_model");

    public void Dispose() => Directory.Delete(_step, recursive: true);

    /// <summary>LeRobot v0.6.1, common/train_utils.py, save_checkpoint.</summary>
    [Fact]
    public void A_checkpoint_is_complete_with_the_last_file_that_lerobot_train_writes()
    {
        using var written = new TestFolder();
        Assert.Null(_source.PolicyIn(_step));
        Directory.CreateDirectory(Policy);
        Assert.Equal(Policy, _source.PolicyIn(_step));
        string[] order = ["config.json", "model.safetensors", "train_config.json", PreState, "policy_preprocessor.json", PostState, "policy_postprocessor.json"];
        foreach (string file in order)
        {
            Assert.NotNull(_source.Unfinished(Policy));
            byte[] content = file == "train_config.json" ? "{}"u8.ToArray() : File.ReadAllBytes(written[file]);
            foreach (int length in (int[])[0, 1, content.Length / 2, content.Length - 1])
            {
                File.WriteAllBytes(Path.Combine(Policy, file), content[..length]);
                Assert.NotNull(_source.Unfinished(Policy));
            }

            File.WriteAllBytes(Path.Combine(Policy, file), content);
        }

        Assert.Null(_source.Unfinished(Policy));
        Assert.Equal(Policy, _source.PolicyIn(_step));
    }

    [Fact]
    public void What_is_missing_is_named()
    {
        using var written = new TestFolder();
        foreach (string file in (string[])["model.safetensors", "config.json", PreState, "policy_postprocessor.json"])
        {
            File.Move(written[file], written["away"]);
            Assert.Equal($"{file} is not there yet", _source.Unfinished(written.Root));
            File.Move(written["away"], written[file]);
        }

        using (var weights = File.OpenWrite(written["model.safetensors"]))
            weights.SetLength(weights.Length - 4);
        Assert.Contains("model.safetensors", _source.Unfinished(written.Root));
    }

    /// <summary>A copy may write files in any order, each from its beginning.</summary>
    [Fact]
    public void A_file_that_ends_too_early_is_unfinished()
    {
        using var written = new TestFolder();
        var random = new Random(1);
        foreach (string file in Directory.GetFiles(written.Root).Order(StringComparer.Ordinal))
        {
            byte[] content = File.ReadAllBytes(file);
            for (int i = 0; i < 20; i++)
            {
                File.WriteAllBytes(file, content[..random.Next(content.Length - 1)]);
                Assert.NotNull(_source.Unfinished(written.Root));
            }

            File.WriteAllBytes(file, content);
            Assert.Null(_source.Unfinished(written.Root));
        }
    }

    [Fact]
    public void Damaged_files_are_one_line()
    {
        using var written = new TestFolder();
        string[] files = Directory.GetFiles(written.Root);
        byte[][] contents = [.. files.Select(File.ReadAllBytes)];
        int next = 0;
        Fuzz.Run(contents, content =>
        {
            int i = next++ % files.Length;
            File.WriteAllBytes(files[i], content);
            string? reason = _source.Unfinished(written.Root);
            File.WriteAllBytes(files[i], contents[i]);
            Assert.False(reason?.Contains('\n', StringComparison.Ordinal) ?? false, reason);
        });
    }
}
