using EvalCore.Comparisons;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Rollout;

namespace EvalCore.Tests.Comparisons;

public sealed class BaselineTests : IDisposable
{
    private const string Repair = "; take the file from version control, or write it again with evalcore gate --update";

    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    private string File => Path.Combine(_folder, "baselines", "walk.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_baseline_has_a_line_for_each_episode_and_is_read_back()
    {
        var info = await Play();
        var loaded = Baseline.Load(File);
        Assert.Equal(info.Episodes.Select(episode => episode with { Timings = null, Diagnostics = null }), loaded.Episodes);
        Assert.Equal(info.Overall, loaded.Overall);
        Assert.Equal(8, System.IO.File.ReadAllLines(File).Count(line => line.TrimStart().StartsWith("{\"index\":", StringComparison.Ordinal)));
        Assert.Null(RunIdentity.FromJson(info.Provenance!).Difference(RunIdentity.FromJson(loaded.Provenance!)));
        Assert.Empty(Comparability.Of(info, loaded).Reasons);

        // And written again it is the same.
        string text = System.IO.File.ReadAllText(File);
        Assert.Equal(text, Baseline.Text(loaded));
    }

    [Fact]
    public async Task Numbers_that_are_not_finite_are_read_back()
    {
        var info = await Play(_ => double.NaN);
        Assert.Equal(info.Episodes.Select(episode => episode with { Timings = null, Diagnostics = null }), Baseline.Load(File).Episodes);
    }

    [Theory]
    [InlineData("\"baseline_version\": 1,", "\"baseline_version\": 2,", "is a baseline of version 2; this program reads version 1: write it again with evalcore gate --update")]
    [InlineData("\"baseline_version\": 1,", "\"baseline_version\": \"x\",", "is a baseline of version \"x\"; this program reads version 1: write it again with evalcore gate --update")]
    [InlineData("\"n_success\":", "\"n_success\": 1, \"was\":", "the baseline is damaged: it says 1 successes in 8 episodes, but its episodes are ")]
    [InlineData("\"index\":1,\"seed\":1001", "\"index\":1,\"seed\":7", "the baseline is damaged: episode 1 of left has seed 7, not the run's seed 1000 + 1" + Repair)]
    [InlineData("\"index\":1,\"seed\":1001", "\"index\":0,\"seed\":1000", "the baseline is damaged: episode 0 of left is there twice" + Repair)]
    [InlineData("\"index\":1,", "\"index\":\"a\",", "the baseline is damaged: per_task[0].episodes[1].index has a wrong type, or lacks a key" + Repair)]
    [InlineData("\"seed\":1001,", "", "the baseline is damaged: per_task[0].episodes[1] has a wrong type, or lacks a key" + Repair)]
    [InlineData("\"policy\": {", "\"polcy\": {", "the baseline is damaged: 'policy' is missing" + Repair)]
    [InlineData("\"provenance\": {", "\"provenanc\": {", "the baseline is damaged: it has a wrong type, or lacks a key" + Repair)]
    public async Task A_damaged_baseline_is_one_line(string part, string instead, string error)
    {
        await Play();
        string text = System.IO.File.ReadAllText(File);
        int at = text.IndexOf(part, StringComparison.Ordinal);
        Assert.True(at >= 0, text);
        System.IO.File.WriteAllText(File, text[..at] + instead + text[(at + part.Length)..]);
        string message = Assert.Throws<EvalCoreException>(() => Baseline.Load(File)).Message;
        Assert.StartsWith($"{File}: {error}", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public async Task A_cut_baseline_is_one_line()
    {
        await Play();
        string text = System.IO.File.ReadAllText(File);
        System.IO.File.WriteAllText(File, text[..(text.Length / 2)]);
        string message = Assert.Throws<EvalCoreException>(() => Baseline.Load(File)).Message;
        Assert.StartsWith($"{File}: is not JSON (line ", message, StringComparison.Ordinal);
        Assert.EndsWith("; expected a baseline of evalcore gate --update, or an eval_info.json", message, StringComparison.Ordinal);
    }

    /// <summary>Bytes that were changed give another baseline or one line, and nothing else.</summary>
    [Fact]
    public async Task Changed_bytes_are_read_or_refused()
    {
        await Play();
        byte[] whole = System.IO.File.ReadAllBytes(File);
        var random = new Random(1);
        for (int i = 0; i < 400; i++)
        {
            byte[] bytes = [.. whole];
            for (int k = random.Next(1, 4); k > 0; k--)
                bytes[random.Next(bytes.Length)] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)"{}[]\",:0-enulltr"[random.Next(16)];
            int length = random.Next(3) == 0 ? random.Next(bytes.Length) : bytes.Length;
            System.IO.File.WriteAllBytes(File, bytes[..length]);
            try
            {
                Assert.NotEmpty(Baseline.Load(File).Episodes);
            }
            catch (EvalCoreException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        }
    }

    private async Task<EvalInfo> Play(Func<double, double>? reward = null)
    {
        using var run = new EvalRun(
            new WalkConfig { Reward = reward }, new WalkPolicy(PolicyBatching.PerSession), new RolloutOptions { Eval = new EvalConfig { NEpisodes = 4, NEpisodesToRender = 0 } });
        var info = await run.PlayAll();
        Baseline.Save(info, File);
        return info;
    }
}
