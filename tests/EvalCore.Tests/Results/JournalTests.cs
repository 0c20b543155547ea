using System.Text.Json.Nodes;
using EvalCore.Results;

namespace EvalCore.Tests.Results;

public sealed class JournalTests : IDisposable
{
    private static readonly RunIdentity Identity = new(
        1000, new PolicyIdentity("walker", new Dictionary<string, string>()), new EnvIdentity("walk", []),
        new Dictionary<string, string>(), new Dictionary<string, string>());

    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    private string FilePath => Path.Combine(_folder, Journal.FileName);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Any_changed_byte_is_noticed()
    {
        Write(3);
        byte[] whole = File.ReadAllBytes(FilePath);
        var random = new Random(12);
        int from = Array.IndexOf(whole, (byte)'\n') + 1;
        for (int i = 0; i < 300; i++)
        {
            byte[] changed = [.. whole];
            int at = random.Next(from, whole.Length - 1);
            if (whole[at] == '\n')
                continue;
            changed[at] ^= (byte)(1 << random.Next(5));
            File.WriteAllBytes(FilePath, changed);
            var e = Assert.Throws<EvalCoreException>(() => Journal.Resume(_folder, Identity).Dispose());
            Assert.Matches("line [2-4] is damaged or was changed; delete that line to play its episode again$", e.Message);
        }

        for (int at = 0; at < from - 1; at++)
        {
            byte[] changed = [.. whole];
            changed[at] = (byte)(changed[at] == 'x' ? 'y' : 'x');
            File.WriteAllBytes(FilePath, changed);
            Assert.Throws<EvalCoreException>(() => Journal.Resume(_folder, Identity).Dispose());
        }
    }

    [Fact]
    public void A_journal_without_checksums_of_an_older_version_is_resumed()
    {
        Write(3);
        StripChecksums();
        using var journal = Journal.Resume(_folder, Identity);
        Assert.Equal([0, 1, 2], journal.Finished.Select(episode => episode.EpisodeIndex));
        journal.Append(Episode(3), 1);
        journal.Dispose();
        using var again = Journal.Resume(_folder, Identity);
        Assert.Equal([0, 1, 2, 3], again.Finished.Select(episode => episode.EpisodeIndex));
    }

    [Fact]
    public void A_deleted_line_is_an_episode_to_play()
    {
        Write(3);
        string[] lines = File.ReadAllLines(FilePath);
        File.WriteAllLines(FilePath, [lines[0], lines[1], lines[3]]);
        using var journal = Journal.Resume(_folder, Identity);
        Assert.Equal([0, 2], journal.Finished.Select(episode => episode.EpisodeIndex));
    }

    [Fact]
    public void A_line_without_the_checksum_that_the_journal_has_is_refused()
    {
        Write(1);
        File.AppendAllText(FilePath, """{"suite":"walk"}""" + "\n");
        Assert.Contains("line 3 is damaged or was changed", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_seed_that_is_not_the_runs_seed_plus_the_index_is_refused()
    {
        using (var journal = Journal.Create(_folder, Identity, []))
            journal.Append(Episode(2) with { Seed = 1003 }, 1);
        Assert.EndsWith(
            "line 2 was changed: episode 2 of left has seed 1003, not 1002; delete that line to play its episode again", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_results_of_one_episode_are_refused_unless_they_are_equal()
    {
        using (var journal = Journal.Create(_folder, Identity, []))
        {
            journal.Append(Episode(0) with { VideoPath = "a.mp4" }, 1);
            journal.Append(Episode(1) with { SumReward = double.NaN }, 1);
            journal.Append(Episode(0) with { Timings = new EpisodeTimings(9, 9, 9, 9, 9) }, 1);
            journal.Append(Episode(1) with { SumReward = double.NaN }, 1);
        }

        using (var journal = Journal.Resume(_folder, Identity))
        {
            Assert.Equal(4, journal.Finished.Count);
            journal.Append(Episode(0) with { Success = false }, 1);
        }

        Assert.EndsWith("lines 2 and 6 give different results of episode 0 of left; delete both to play it again", Refused(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"identity\":{\"se")]
    public void A_run_that_was_killed_before_its_first_line_is_started_again(string text)
    {
        File.WriteAllText(FilePath, text);
        Assert.EndsWith(
            "journal.jsonl contains no run: it was interrupted before it began; start it again without --resume",
            Assert.Throws<EvalCoreException>(() => Journal.ReadOptions(_folder)).Message, StringComparison.Ordinal);
        using (var journal = Journal.Create(_folder, Identity, []))
            journal.Append(Episode(0), 1);
        using var resumed = Journal.Resume(_folder, Identity);
        Assert.Single(resumed.Finished);
    }

    [Fact]
    public void A_resume_that_is_interrupted_before_its_first_episode_keeps_the_journal()
    {
        Write(1);
        string[] lines = File.ReadAllLines(FilePath);
        File.WriteAllText(FilePath, lines[0] + "\n");
        for (int i = 0; i < 3; i++)
            Journal.Resume(_folder, Identity).Dispose();
        Assert.Equal(lines[0] + "\n", File.ReadAllText(FilePath));
        Assert.Throws<EvalCoreException>(() => Journal.Create(_folder, Identity, []));
    }

    [Fact]
    public void A_line_that_failed_halfway_is_overwritten_by_the_next()
    {
        using (var journal = Journal.Create(_folder, Identity, []))
        {
            journal.Append(Episode(0), 1);
            using (var other = new FileStream(FilePath, FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
                other.Write("{\"suite\":\"wa"u8);
            journal.Append(Episode(1), 1);
        }

        using var resumed = Journal.Resume(_folder, Identity);
        Assert.Equal([0, 1], resumed.Finished.Select(episode => episode.EpisodeIndex));
    }

    /// <summary>A file system may keep the end of what was written last and lose its beginning.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public void A_last_line_that_a_power_failure_cut_is_an_episode_to_play(int zeros)
    {
        Write(3);
        byte[] bytes = File.ReadAllBytes(FilePath);
        int last = bytes.AsSpan(0, bytes.Length - 1).LastIndexOf((byte)'\n') + 1;
        bytes.AsSpan(last, zeros).Clear();
        File.WriteAllBytes(FilePath, bytes);
        using (var journal = Journal.Resume(_folder, Identity))
        {
            Assert.Equal([0, 1], journal.Finished.Select(episode => episode.EpisodeIndex));
            journal.Append(Episode(2), 1);
        }

        using var again = Journal.Resume(_folder, Identity);
        Assert.Equal([0, 1, 2], again.Finished.Select(episode => episode.EpisodeIndex));
    }

    [Fact]
    public void Zero_bytes_in_an_earlier_line_are_damage()
    {
        Write(3);
        byte[] bytes = File.ReadAllBytes(FilePath);
        bytes[Array.IndexOf(bytes, (byte)'\n') + 5] = 0;
        File.WriteAllBytes(FilePath, bytes);
        Assert.Contains("line 2 is damaged or was changed", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_first_line_that_a_power_failure_cut_is_that_of_a_run_that_had_not_begun()
    {
        Write(0);
        File.WriteAllBytes(FilePath, [0, 0, 0, .. "\"options\":{}}\n"u8]);
        Assert.False(Journal.HasRun(_folder));
        Assert.EndsWith("it was interrupted before it began; start it again without --resume", Refused(), StringComparison.Ordinal);
        using (var journal = Journal.Create(_folder, Identity, []))
            journal.Append(Episode(0), 1);
        using var resumed = Journal.Resume(_folder, Identity);
        Assert.Single(resumed.Finished);
    }

    [Fact]
    public void A_device_in_the_place_of_a_journal_is_not_read_to_its_end()
    {
        Assert.SkipUnless(File.Exists("/dev/zero"), "there is no /dev/zero");
        File.CreateSymbolicLink(FilePath, "/dev/zero");
        Assert.True(Journal.HasRun(_folder));
        Assert.Throws<EvalCoreException>(() => Journal.Create(_folder, Identity, []).Dispose());
        Assert.False(File.Exists(FilePath + ".lock"));
    }

    [Theory]
    [InlineData("""{"identity":{"seed":1000,"seed":1000},"options":{}}""")]
    [InlineData("""{"identity":{},"identity":{},"options":{}}""")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"identity\":1,\"options\":{}}")]
    public void A_first_line_that_is_no_identity_is_refused_in_one_line(string line)
    {
        File.WriteAllText(FilePath, line + "\n");
        Assert.EndsWith("is damaged: its first line does not contain the run's identity; start a new run", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_first_line_that_was_changed_is_refused_with_the_reason()
    {
        Write(1);
        File.WriteAllText(FilePath, File.ReadAllText(FilePath).Replace("\"seed\":1000", "\"seed\":1001", StringComparison.Ordinal));
        Assert.EndsWith(
            "journal.jsonl: line 1, the run's identity and options, is damaged or was changed: its checksum is not that of its text; undo the change, or start a new run",
            Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void Duplicate_keys_of_an_episode_are_refused()
    {
        Write(1);
        StripChecksums();
        File.WriteAllText(FilePath, File.ReadAllText(FilePath).Replace("\"steps\":", "\"steps\":1,\"steps\":", StringComparison.Ordinal));
        Assert.Contains("line 2 is damaged", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_several_claims_at_once_one_holds()
    {
        int holders = 0, most = 0, held = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 300; i++)
            {
                Journal journal;
                try
                {
                    journal = Journal.Create(_folder, Identity, []);
                }
                catch (EvalCoreException)
                {
                    continue;
                }

                int now = Interlocked.Increment(ref holders);
                Interlocked.Increment(ref held);
                if (now > 1)
                    Interlocked.Exchange(ref most, now);
                Thread.SpinWait(100);
                Interlocked.Decrement(ref holders);
                journal.Dispose();
            }
        })));
        Assert.Equal(0, most);
        Assert.True(held > 0);
    }

    private string Refused() => Assert.Throws<EvalCoreException>(() => Journal.Resume(_folder, Identity).Dispose()).Message;

    private void Write(int episodes)
    {
        using var journal = Journal.Create(_folder, Identity, new JsonObject { ["seed"] = 1000 });
        for (int i = 0; i < episodes; i++)
            journal.Append(Episode(i), i);
    }

    private void StripChecksums() => File.WriteAllLines(FilePath, File.ReadAllLines(FilePath).Select(line =>
    {
        var node = JsonNode.Parse(line)!.AsObject();
        Assert.True(node.Remove("checksum"));
        return node.ToJsonString();
    }));

    private static EpisodeRecord Episode(int index) => new()
    {
        Suite = "walk", TaskGroup = "walks", TaskId = 0, Task = "left", EpisodeIndex = index, Seed = 1000 + index,
        Steps = 3, SumReward = 0.5, MaxReward = 0.25, Success = true, Timings = new(1, 2, 3, 4, 5),
    };
}
