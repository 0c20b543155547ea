using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using EvalCore.Commands.Display;
using EvalCore.Commands.Help;
using EvalCore.Evaluation;
using EvalCore.Options;
using EvalCore.Reports;
using EvalCore.Results;
using EvalCore.Verification;

namespace EvalCore.Commands;

/// <summary><c>evalcore video</c>: makes videos of a run's episodes after the run.</summary>
internal static class VideoCommand
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(2);

    /// <summary>Makes the command.</summary>
    public static Command Create(Registry registry, Terminal terminal)
    {
        var command = new PagedCommand(
            "video",
            "Make videos of episodes after a run: they are played again, and rendered as the run would have.",
            new HelpPage(
                "evalcore video RUN --episode=TASK:K|--failures|--all [flags]",
                [
                    new("evalcore video outputs/run --failures", "a video of each episode that failed"),
                    new("evalcore video outputs/run --episode=reach-v3:7", "a video of one episode"),
                ],
                _ =>
                [
                    new HelpSection("Arguments", [new HelpRow("RUN", "the output folder of a run; with --eval.record=steps, its policy is not needed")]),
                    new HelpSection("Episodes", HelpRow.Of(new VideoFlags())),
                    new HelpSection("Policy", [new HelpRow("--policy.*", "the policy's flags, where they must be others on this machine: --policy.path=DIR; not needed where the steps were recorded")]),
                ],
                [
                    .. HelpPage.UsualExitCodes,
                    new("130", "interrupted by Ctrl-C, SIGTERM or SIGHUP; videos that were finished are kept"),
                ]))
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction((parsed, cancellation) => Run(parsed.UnmatchedTokens, registry, terminal, cancellation));
        return command;
    }

    private static async Task<int> Run(IReadOnlyList<string> tokens, Registry registry, Terminal terminal, CancellationToken cancellation)
    {
        var flags = new VideoFlags();
        var (runs, given) = Operands.Split([.. tokens.Select(Long)], flags);
        var (own, ofRun) = Operands.Sections(given);
        if (ofRun.FirstOrDefault(flag => flag.StartsWith("--", StringComparison.Ordinal) && !flag.StartsWith("--policy.", StringComparison.Ordinal)) is { } other)
            throw new EvalCoreException($"unknown flag '{other.Split('=')[0]}'; the result names its suite and its options, and only --policy.* can be given anew; see evalcore video --help");
        var set = new OptionSet(own);
        set.Bind(flags);
        set.Finish("video");
        if (runs is not [var run])
            throw new EvalCoreException($"video: {(runs.Count == 0 ? "no run is named" : "too many runs")}; name one output folder: evalcore video RUN --failures");
        string folder = HomeFolder.Expand(run);
        var info = RunFolder.Load(folder);
        folder = Path.GetDirectoryName(RunFolder.FileOf(folder)) is { Length: > 0 } above ? above : ".";
        var chosen = Choose(info, flags, run);
        if (chosen.Count == 0)
        {
            bool isPlayed = info.Episodes.Any(record => IsOf(record, flags.Task));
            terminal.Writer.WriteLine($"no episode {(isPlayed ? "failed" : "was played")}; there is no video to make");
            return ExitCode.Success;
        }

        var missing = flags.Overwrite ? chosen : [.. chosen.Where(record => EpisodeVideos.Existing(folder, record) is null)];
        long started = Stopwatch.GetTimestamp();
        IReadOnlyList<EpisodeRecord> made = missing.Count == 0 ? [] : await Render(folder, info, missing, ofRun, registry, terminal, cancellation).ConfigureAwait(false);
        NameVideos(folder);
        int written = made.Count(record => record.VideoPath is not null);
        foreach (var record in made.Where(record => record.VideoPath is not null))
            terminal.Writer.WriteLine(Path.Combine(folder, record.VideoPath!));
        if (written == 0 && missing.Count == chosen.Count)
        {
            terminal.Writer.WriteLine("no video was made");
            return ExitCode.Failure;
        }

        if (File.Exists(Path.Combine(folder, RunReport.FileName)) && File.Exists(RunFolder.FileOf(folder)))
            terminal.Writer.WriteLine($"show them in the report: {terminal.Program} report {ShellWord.Quote(folder)}");
        string kept = chosen.Count > missing.Count ? $", {chosen.Count - missing.Count} there already" : "";
        terminal.Writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{(written == 1 ? "1 video" : $"{written} videos")} in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s{kept}: {Path.Combine(folder, "videos")}"));
        return written == missing.Count ? ExitCode.Success : ExitCode.Failure;
    }

    private static async Task<IReadOnlyList<EpisodeRecord>> Render(
        string folder, EvalInfo info, IReadOnlyList<EpisodeRecord> records, IReadOnlyList<string> flags, Registry registry, Terminal terminal, CancellationToken cancellation)
    {
        EpisodeVideos? videos = null;
        bool opened = await Uninterruptible.Run(
            () => videos = EpisodeVideos.Open(folder, info, records, registry, terminal.Note, terminal.Host, flags), () => "interrupted; no video was made", terminal, cancellation).ConfigureAwait(false);
        if (!opened)
            throw new OperationCanceledException(cancellation);
        using var opening = videos!;
        try
        {
            var rendering = videos!.Render().WaitAsync(cancellation);
            await (terminal.IsLive
                ? LiveProgress.Follow(videos.Progress, rendering, terminal.Error)
                : new PlainProgress(terminal.Error.Profile.Out.Writer, terminal.Host.Time).Follow(videos.Progress, rendering)).ConfigureAwait(false);
            var made = await rendering.ConfigureAwait(false);
            foreach (string difference in videos.Differences)
                terminal.Note(difference);
            return made;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            videos!.Stop(StopPatience);
            NameVideos(folder);
            throw;
        }
    }

    /// <summary>
    /// Names the whole videos of all episodes in the result, also those that an interrupted command made before, or that another one
    /// makes at the same time.
    /// </summary>
    private static void NameVideos(string folder)
    {
        if (!File.Exists(RunFolder.FileOf(folder)))
            return;

        var info = RunFolder.Load(folder);
        var named = info.Episodes.Select(record => record with { VideoPath = EpisodeVideos.Existing(folder, record) }).ToList();
        if (named.Zip(info.Episodes).Any(pair => pair.First.VideoPath is not null && pair.First.VideoPath != pair.Second.VideoPath))
            EpisodeVideos.Save(folder, info, named);
    }

    private static string Long(string token) => token == "-n" ? "--n" : token.StartsWith("-n=", StringComparison.Ordinal) ? $"-{token}" : token;

    /// <summary>The episodes that the flags name, in the order of the result.</summary>
    private static IReadOnlyList<EpisodeRecord> Choose(EvalInfo info, VideoFlags flags, string run)
    {
        if ((flags.Episode is not null ? 1 : 0) + (flags.Failures ? 1 : 0) + (flags.All ? 1 : 0) != 1)
            throw new EvalCoreException("video: name the episodes with one of --episode=TASK:K, --failures and --all");
        IReadOnlyList<EpisodeRecord> chosen = [.. info.Episodes.Where(record => IsOf(record, flags.Task))], errors = [.. info.Errors.Where(record => IsOf(record, flags.Task))];
        if (flags.Task is { } name && chosen.Count + errors.Count == 0)
        {
            string[] known = [.. info.Episodes.Concat(info.Errors).SelectMany(record => (string[])[record.Task, record.TaskGroup]).Distinct()];
            throw new EvalCoreException($"--task: {run} has no task or group '{name}'{Nearest.Hint(name, known)}");
        }

        if (flags.Failures)
            chosen = [.. chosen.Where(record => !record.Success)];
        if (flags.Episode is { } numbers)
        {
            string[] names = numbers.Split(',');
            if (names.FirstOrDefault(text => !EpisodeNames.TryRead(text, out _, out _)) is { } malformed)
                throw new EvalCoreException($"--episode: '{malformed}' is not TASK:K nor the number K of an episode, from 0; separate several by commas");
            chosen = EpisodeNames.Choose(chosen, errors, names, run);
        }

        return flags.N is { } most ? [.. chosen.Take(most)] : chosen;
    }

    /// <summary>Whether an episode is of a task or group; null stands for all.</summary>
    private static bool IsOf(EpisodeRecord record, string? task) => task is null || record.Task == task || record.TaskGroup == task;
}
