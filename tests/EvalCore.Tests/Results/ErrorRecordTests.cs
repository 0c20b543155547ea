using System.Text.Json.Nodes;
using EvalCore.Reports;
using EvalCore.Results;

namespace EvalCore.Tests.Results;

/// <summary>Episodes that could not be played, in results.</summary>
public sealed class ErrorRecordTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    private string File => Path.Combine(_folder, EvalInfo.FileName);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Errors_are_in_no_rate_and_no_mean_and_each_total_has_their_number()
    {
        var info = Info(Episode("left", 0), Episode("left", 1, "broken"), Episode("right", 0, "broken"), Episode("right", 1, "broken"));
        info.Save(File);
        var json = JsonNode.Parse(System.IO.File.ReadAllText(File).Replace("NaN", "null", StringComparison.Ordinal))!;
        Assert.Equal((1, 1, 3), Counts(json["overall"]!));
        Assert.Equal(100, (double)json["overall"]!["pc_success"]!);
        Assert.Equal((1, 1, 3), Counts(json["per_group"]!["walks"]!));
        Assert.Equal([(1, 1, 1), (0, 0, 2)], json["per_task"]!.AsArray().Select(task => Counts(task!)));
        Assert.Equal([1, 0], json["per_task"]!.AsArray().Select(task => task!["metrics"]!["successes"]!.AsArray().Count));
        Assert.Equal(["broken", "broken"], json["per_task"]![1]!["errors"]!.AsArray().Select(episode => (string)episode!["error"]!));

        var read = EvalInfo.Load(File);
        Assert.Equal(info.Episodes, read.Episodes);
        Assert.Equal(info.Errors, read.Errors);
        Assert.Equal(["left", "right"], read.PerTask.Select(task => task.Task));

        static (int, int, int) Counts(JsonNode of) => ((int)of["n_episodes"]!, (int)of["n_success"]!, (int)of["n_errors"]!);
    }

    [Fact]
    public void Without_errors_the_file_has_no_word_of_them()
    {
        Info(Episode("left", 0)).Save(File);
        Assert.DoesNotContain("error", System.IO.File.ReadAllText(File), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"n_errors\": 1", "\"n_errors\": 2", "overall has n_errors 2.0, but its episodes give 1.0: the file was changed")]
    [InlineData("\"error\": \"broken\"", "\"warning\": \"broken\"", "task walks_0 has an error among its 'episodes', or an episode without one among its 'errors': the file was changed")]
    [InlineData("\"warning\": \"mended\"", "\"error\": \"mended\"", "task walks_0 has an error among its 'episodes', or an episode without one among its 'errors': the file was changed")]
    public void A_file_whose_errors_were_changed_is_refused(string from, string to, string reason)
    {
        Info(Episode("left", 0) with { Warning = "mended" }, Episode("left", 1, "broken")).Save(File);
        System.IO.File.WriteAllText(File, System.IO.File.ReadAllText(File).Replace(from, to, StringComparison.Ordinal));
        Assert.Equal($"{File}: is not an eval_info.json ({reason})", Assert.Throws<EvalCoreException>(() => EvalInfo.Load(File)).Message);
    }

    [Fact]
    public void A_merged_result_keeps_errors_and_misses_no_episode_for_them()
    {
        string[] folders = [Path.Combine(_folder, "a"), Path.Combine(_folder, "b")];
        Save(folders[0], Episode("left", 0), Episode("left", 2));
        Save(folders[1], Episode("left", 1, "broken"));
        var merged = Merge.Folders(folders);
        Assert.Equal((2, 1), (merged.Episodes.Count, merged.Errors.Count));
        Assert.Empty(Merge.MissingEpisodes(merged));

        void Save(string folder, params EpisodeRecord[] episodes)
        {
            Directory.CreateDirectory(folder);
            var identity = new RunIdentity(
                1000, new PolicyIdentity("walker", new Dictionary<string, string>()), new EnvIdentity("walk", []), new Dictionary<string, string>(), new Dictionary<string, string>());
            new EvalInfo(episodes, 1, "", identity.ToJson()).Save(Path.Combine(folder, EvalInfo.FileName));
        }
    }

    [Fact]
    public void A_report_of_a_run_of_errors_can_be_made()
    {
        var info = Info(Episode("left", 0, "broken"), Episode("right", 0), Episode("right", 1));
        new RunReport(new ReportRun(_folder, info, _folder)).Save(Path.Combine(_folder, "report.html"));
        string page = System.IO.File.ReadAllText(Path.Combine(_folder, "report.html"));
        Assert.Contains("1 episode could not be played, and no rate counts it: broken (episode 0 of left)", page, StringComparison.Ordinal);
        Assert.Contains("2 of 2", page, StringComparison.Ordinal);

        var none = Info(Episode("left", 0, "broken"));
        new RunReport(new ReportRun(_folder, none, _folder)).Save(Path.Combine(_folder, "none.html"));
        Assert.Contains("1 episode that could not be played", System.IO.File.ReadAllText(Path.Combine(_folder, "none.html")), StringComparison.Ordinal);
    }

    private static EvalInfo Info(params EpisodeRecord[] episodes) => new(episodes, 1, "", new JsonObject());

    private static EpisodeRecord Episode(string task, int index, string? error = null) => new()
    {
        Suite = "walk", TaskGroup = "walks", TaskId = task == "left" ? 0 : 1, Task = task, EpisodeIndex = index, Seed = 1000 + index, Steps = error is null ? 5 : null,
        SumReward = error is null ? 2 : 0, MaxReward = error is null ? 1 : 0, Success = error is null, Attempts = error is null ? null : 3, Error = error, Timings = null,
    };
}
