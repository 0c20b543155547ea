using System.Text.Json.Nodes;
using EvalCore.Results;

namespace EvalCore.Tests.Results;

public sealed class ShardFoldersTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Shards_are_whole_partial_or_missing()
    {
        Finish("shard-0", "0/4", planned: 2, Episode(0), Episode(4));
        Finish("shard-1", "1/4", planned: 2, Episode(1));
        Play("shard-3", "3/4", Episode(3));
        Directory.CreateDirectory(Path.Combine(_folder, "logs"));
        var shards = ShardFolders.Read(_folder);
        Assert.Equal(
            [
                (0, ShardState.Whole, 2), (1, ShardState.Partial, 1), (2, ShardState.Missing, 0), (3, ShardState.Partial, 1),
            ],
            shards.Shards.Select(shard => (shard.Index, shard.State, (int)shard.Episodes)));
        Assert.Equal([1, 2, 3], shards.ToSubmit);
        Assert.False(shards.AreWhole);
    }

    /// <summary>No attempt plays an error again, unless it is asked to.</summary>
    [Fact]
    public void An_error_is_an_episode_that_is_over()
    {
        Finish("shard-0", "0/3", planned: 2, Episode(0), Failed(3));
        Finish("shard-1", "1/3", planned: 1, Failed(1));
        Play("shard-2", "2/3", Failed(2), Failed(5), Episode(2));
        var shards = ShardFolders.Read(_folder);
        Assert.Equal(
            [(ShardState.Whole, 1, 1), (ShardState.Whole, 0, 1), (ShardState.Partial, 1, 1)],
            shards.Shards.Select(shard => (shard.State, (int)shard.Episodes, (int)shard.Errors)));
        Assert.Equal([2], shards.ToSubmit);
    }

    [Fact]
    public void Folders_may_have_any_name()
    {
        Finish("a", "1/2", planned: 1, Episode(1));
        Finish("b", "0/2", planned: 1, Episode(0));
        Assert.True(ShardFolders.Read(_folder).AreWhole);
    }

    /// <summary>An earlier version did not record how many episodes a shard has.</summary>
    [Fact]
    public void A_finished_shard_of_an_older_version_is_whole()
    {
        Finish("a", "0/1", planned: null, Episode(0));
        Assert.True(ShardFolders.Read(_folder).AreWhole);
    }

    [Fact]
    public void Without_any_shard_the_number_must_be_known()
    {
        Assert.Equal(
            $"{_folder}: has no folder with a shard of a run; name the folder that contains the output folders of the shards",
            Assert.Throws<EvalCoreException>(() => ShardFolders.Read(_folder)).Message);
        Assert.Equal([0, 1, 2], ShardFolders.Read(_folder, 3).ToSubmit);
        string nowhere = Path.Combine(_folder, "nowhere");
        Assert.StartsWith($"{nowhere}: there is no such folder", Assert.Throws<EvalCoreException>(() => ShardFolders.Read(nowhere)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_was_killed_before_it_began_is_missing()
    {
        Finish("shard-0", "0/2", planned: 1, Episode(0));
        string folder = Directory.CreateDirectory(Path.Combine(_folder, "shard-1")).FullName;
        File.WriteAllText(Path.Combine(folder, Journal.FileName), "{\"identity\": {");
        Assert.Equal([1], ShardFolders.Read(_folder).ToSubmit);
    }

    /// <summary>Submitting it again would end with the same error.</summary>
    [Fact]
    public void A_damaged_shard_is_named_and_not_submitted()
    {
        Finish("shard-0", "0/2", planned: 1, Episode(0));
        string folder = Directory.CreateDirectory(Path.Combine(_folder, "shard-1")).FullName;
        File.WriteAllText(Path.Combine(folder, Journal.FileName), "no journal\n");
        var shards = ShardFolders.Read(_folder);
        Assert.Equal(ShardState.Damaged, shards.Shards[1].State);
        Assert.Contains("is damaged", shards.Shards[1].Problem, StringComparison.Ordinal);
        Assert.Empty(shards.ToSubmit);
        Assert.False(shards.AreWhole);
    }

    [Fact]
    public void A_damaged_result_beside_a_whole_journal_is_submitted_again()
    {
        Finish("shard-0", "0/2", planned: 1, Episode(0));
        string folder = Finish("shard-1", "1/2", planned: 1, Episode(1));
        File.WriteAllText(Path.Combine(folder, EvalInfo.FileName), "{");
        Assert.Equal(ShardState.Damaged, ShardFolders.Read(_folder).Shards[1].State);

        var identity = RunIdentity.FromJson(EvalInfo.Load(Path.Combine(_folder, "shard-0", EvalInfo.FileName)).Provenance!);
        using (var journal = Journal.Create(folder, identity, new JsonObject { ["shard"] = "1/2" }))
            journal.Append(Episode(1), elapsedS: 1);
        var shards = ShardFolders.Read(_folder);
        Assert.Equal((ShardState.Partial, 1), (shards.Shards[1].State, (int)shards.Shards[1].Episodes));
        Assert.Contains("its journal is whole", shards.Shards[1].Problem, StringComparison.Ordinal);
        Assert.Equal([1], shards.ToSubmit);
    }

    [Fact]
    public void A_shard_that_is_there_twice_is_named()
    {
        string a = Finish("a", "0/2", planned: 1, Episode(0)), b = Finish("b", "0/2", planned: 1, Episode(0));
        Assert.Equal($"{a} and {b} are both shard 0 of 2; remove one of them", Assert.Throws<EvalCoreException>(() => ShardFolders.Read(_folder)).Message);
    }

    [Fact]
    public void Shards_of_different_runs_are_refused()
    {
        string a = Finish("a", "0/2", planned: 1, Episode(0));
        string b = Finish("b", "1/2", planned: 1, Episode(1));
        string file = Path.Combine(b, EvalInfo.FileName);
        string text = File.ReadAllText(file);
        File.WriteAllText(file, text.Replace("\"walker\"", "\"runner\"", StringComparison.Ordinal));
        Assert.Equal(
            $"{a} and {b} are not shards of one run: they differ in policy (type: \"walker\" and \"runner\")", Assert.Throws<EvalCoreException>(() => ShardFolders.Read(_folder)).Message);
        File.WriteAllText(file, text.Replace("\"1111\"", "\"2222\"", StringComparison.Ordinal));
        Assert.Equal(
            $"{a} and {b} are not shards of one run: their episodes differ (1111 and 2222): --eval.n_episodes or --env.task are not the same",
            Assert.Throws<EvalCoreException>(() => ShardFolders.Read(_folder)).Message);
        File.WriteAllText(file, text.Replace("\"1/2\"", "\"1/3\"", StringComparison.Ordinal));
        Assert.Equal($"{a} and {b} are not shards of one run: one of 2 and one of 3", Assert.Throws<EvalCoreException>(() => ShardFolders.Read(_folder)).Message);
        File.WriteAllText(file, text);
        Assert.Equal(
            $"{a}: is one of 2 shards, and {_folder} was made for 8; they are of different runs", Assert.Throws<EvalCoreException>(() => ShardFolders.Read(_folder, 8)).Message);
    }

    private string Finish(string name, string shard, int? planned, params EpisodeRecord[] episodes)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
        var provenance = Identity();
        provenance["shard"] = shard;
        provenance["episodes_digest"] = "1111";
        if (planned is { } count)
            provenance["shard_episodes"] = count;
        new EvalInfo(episodes, 1, "", provenance).Save(Path.Combine(folder, EvalInfo.FileName));
        return folder;
    }

    private void Play(string name, string shard, params EpisodeRecord[] episodes)
    {
        using var journal = Journal.Create(Path.Combine(_folder, name), RunIdentity.FromJson(Identity()), new JsonObject { ["shard"] = shard });
        foreach (var episode in episodes)
            journal.Append(episode, 1);
    }

    private static JsonObject Identity() => new()
    {
        ["seed"] = 1000L, ["policy"] = new JsonObject { ["type"] = "walker" }, ["env"] = new JsonObject { ["type"] = "walk" }, ["engines"] = new JsonObject(),
    };

    private static EpisodeRecord Failed(int index) => Episode(index) with { Error = "the simulator's process was ended by SIGSEGV in step 1", Success = false };

    private static EpisodeRecord Episode(int index) => new()
    {
        Suite = "walk", TaskGroup = "walks", TaskId = 0, Task = "left", EpisodeIndex = index, Seed = 1000 + index, Steps = 3, SumReward = 0.5, MaxReward = 0.25,
        Success = true, Timings = new(1, 2, 3, 4, 5),
    };
}
