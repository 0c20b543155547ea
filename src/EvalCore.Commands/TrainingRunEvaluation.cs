using System.Globalization;
using System.Text.Json.Nodes;
using EvalCore.Commands.Display;
using EvalCore.Environments;
using EvalCore.Evaluation;
using EvalCore.Options;
using EvalCore.Policies;
using EvalCore.Reports;
using EvalCore.Results;
using EvalCore.Rollout;
using EvalCore.Training;
using Safetensors;

namespace EvalCore.Commands;

/// <summary>
/// <c>evalcore eval</c> with the folder of a training run: evaluates its checkpoints one after the other, in the order of their training
/// steps, and with <c>--watch</c> those that are written meanwhile. A checkpoint that cannot be evaluated does not stop the others.
/// </summary>
internal sealed class TrainingRunEvaluation(TrainingRunOptions options, Registry registry, Terminal terminal)
{
    /// <summary>The checkpoints that this start of the program has evaluated, or whose results it has checked.</summary>
    private readonly Dictionary<long, EvaluatedCheckpoint> _evaluated = [];

    /// <summary>The results of earlier starts. Those that are not replaced are of checkpoints that are no longer there.</summary>
    private readonly Dictionary<long, EvaluatedCheckpoint> _earlier = [];

    /// <summary>The state of each checkpoint's files when its evaluation began.</summary>
    private readonly Dictionary<string, string> _states = [];

    private readonly CheckpointWatch _watch = new(registry, terminal.Host.Time);
    private readonly HashSet<string> _notes = [];
    private readonly HashSet<long> _waiting = [];
    private JsonObject? _given;
    private IBenchmark? _benchmark;
    private bool _isStuck;
    private bool _isRefused;
    private bool _isChecked;
    private bool _isDescribed;
    private int _known;

    /// <summary>Reports, the results so far and their plot, which are written while the next checkpoint is evaluated.</summary>
    private Task _pages = Task.CompletedTask;

    /// <summary>The policy of the next checkpoint, made ahead; null where it is not.</summary>
    private NextPolicy? _next;

    /// <summary>What is kept of a checkpoint whose evaluation was interrupted; null for nothing.</summary>
    private string? _unfinished;

    private TimeProvider Time => terminal.Host.Time;

    /// <summary>The checkpoints with a result or a problem, by their steps.</summary>
    private SortedDictionary<long, EvaluatedCheckpoint> Evaluated =>
        new(_evaluated.Concat(_earlier.Where(earlier => !_evaluated.ContainsKey(earlier.Key))).ToDictionary());

    private TextWriter Log => terminal.Error.Profile.Out.Writer;

    /// <summary>Evaluates the checkpoints.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> Run(CancellationToken cancellation)
    {
        foreach (string note in options.Common.Notes)
            terminal.Note(note);
        HistoryCommand.CheckFile(options.Common.History, registry);
        if (!options.Watch.Watch)
            Check(options.Run.Find());
        await AssetFetch.Run(options.Common.Env, registry, terminal, cancellation).ConfigureAwait(false);
        using var folder = OutputFolder.Create(options.Common);
        using var claim = CheckpointsFile.Claim(options.OutputDir);
        _ = options.Common.Rollout.WarmUp();
        try
        {
            if (CheckpointsFile.IsIn(options.OutputDir))
            {
                foreach (var earlier in CheckpointsFile.ReadResults(options.OutputDir))
                    _earlier[earlier.Checkpoint.Step] = earlier;
            }

            string? missing = null;
            if (options.Watch.Watch)
                missing = await Watch(cancellation).ConfigureAwait(false);
            else
                await EvaluateAll(options.Run.Find(), cancellation).ConfigureAwait(false);
            await _pages.ConfigureAwait(false);
            Print();
            if (missing is not null)
            {
                terminal.Fail(missing);
                return ExitCode.Failure;
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await _pages.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_pages.Exception is { } problem)
                terminal.Note(problem.GetBaseException().Message);
            if (Evaluated.Count > 0)
                Print();
            terminal.Fail($"interrupted; {(Evaluated.Count == 0 && _unfinished is null ? "no checkpoint was evaluated" : Kept())}");
            if (_isStuck || _next?.Wait(EvalCommand.StopPatience) == false)
                terminal.EndProcess(ExitCode.Interrupted);
            return ExitCode.Interrupted;
        }
        catch (Exception) when (_evaluated.Count > 0 || _unfinished is not null)
        {
            // The error itself is reported by the program.
            await _pages.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            terminal.Note(Kept());
            throw;
        }
        finally
        {
            _next?.Dispose();
            if (!_isStuck)
                _benchmark?.Dispose();
        }

        var all = Evaluated;
        var failed = all.Values.Where(checkpoint => checkpoint.Problem is not null).ToList();
        return failed.Count == 0 ? ExitCode.Success : throw new EvalCoreException(failed.Count == all.Count
            ? $"{(failed.Count == 1 ? "the checkpoint" : $"none of the {failed.Count} checkpoints")} could {(failed.Count == 1 ? "not " : "")}be evaluated: {failed[0].Problem}"
            : $"{failed.Count} of {Count(all.Count)} could not be evaluated: {string.Join(", ", failed.Select(checkpoint => checkpoint.Checkpoint.Name))}; the table names the reasons");
    }

    /// <summary>Checks that there is a checkpoint, and that the reason why none can be read is not the same for all: a wrong flag.</summary>
    private void Check(IReadOnlyList<Checkpoint> found)
    {
        if (found.Count == 0)
            throw options.Run.None();
        EvalCoreException? problem = null;
        foreach (var checkpoint in found)
        {
            try
            {
                _ = options.Of(checkpoint);
                return;
            }
            catch (EvalCoreException e)
            {
                if (problem is not null && problem.Message != e.Message)
                    return;
                problem = e;
            }
        }

        throw problem!;
    }

    private static string Count(int checkpoints) => checkpoints == 1 ? "1 checkpoint" : $"{checkpoints} checkpoints";

    /// <summary>How many checkpoints are evaluated, and how to resume.</summary>
    private string Kept()
    {
        int count = Evaluated.Count;
        return $"{Count(count)} {(count == 1 ? "is" : "are")} evaluated{(_unfinished is null ? "" : $", {_unfinished}")}. Resume with: {Resume()}";
    }

    private string Resume() => $"{terminal.Program} eval --resume={ShellWord.Quote(options.OutputDir)}{(options.Watch.Watch ? " --watch" : "")}";

    private async Task EvaluateAll(IReadOnlyList<Checkpoint> found, CancellationToken cancellation)
    {
        _known = found.Count;
        for (int i = 0; i < found.Count; i++)
            await Evaluate(found[i], i + 1, found.ElementAtOrDefault(i + 1), cancellation).ConfigureAwait(false);
    }

    /// <summary>Evaluates each checkpoint when it is complete, until the last one that is asked for.</summary>
    /// <returns>What was asked for and did not come, in one line; null for nothing.</returns>
    private async Task<string?> Watch(CancellationToken cancellation)
    {
        long since = Time.GetTimestamp();
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (_pages.IsFaulted)
                await _pages.ConfigureAwait(false);
            var found = options.Run.Find();
            var evaluated = Evaluated;
            _known = evaluated.Keys.Union(found.Select(checkpoint => checkpoint.Step)).Count();
            if (found.Where(IsDue).Take(2).ToList() is [var due, ..] both)
            {
                _waiting.Remove(due.Step);
                int number = evaluated.Keys.Union(found.Select(checkpoint => checkpoint.Step)).Count(step => step <= due.Step);
                await Evaluate(due, number, both.ElementAtOrDefault(1), cancellation).ConfigureAwait(false);
                since = Time.GetTimestamp();
                continue;
            }

            if (evaluated.Keys.LastOrDefault(-1) >= options.Watch.WatchUntil)
                return null;
            if (options.Watch.WatchTimeout is { } minutes && Time.GetElapsedTime(since).TotalMinutes >= minutes)
            {
                string waited = string.Create(CultureInfo.InvariantCulture, $"no new checkpoint for {minutes:0.##} minutes");
                if (options.Watch.WatchUntil is { } until)
                    return $"--watch_until: {waited}, and that of step {until} is not there. Resume with: {Resume()}";
                Log.WriteLine(waited);
                return null;
            }

            Announce(found);
            await Task.Delay(CheckpointWatch.Interval, Time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Whether a checkpoint is complete, and was not evaluated or has changed since.</summary>
    private bool IsDue(Checkpoint checkpoint) =>
        !(_evaluated.ContainsKey(checkpoint.Step) && _states.TryGetValue(checkpoint.Path, out string? state) && state == CheckpointWatch.StateOf(checkpoint))
        && _watch.Unready(checkpoint) is null;

    /// <summary>Says once what is waited for.</summary>
    private void Announce(IReadOnlyList<Checkpoint> found)
    {
        foreach (var checkpoint in found.Where(checkpoint => !_evaluated.ContainsKey(checkpoint.Step) && _waiting.Add(checkpoint.Step)))
            Log.WriteLine($"checkpoint {checkpoint.Name} is not complete yet: {_watch.Unready(checkpoint)}");
        int count = Evaluated.Count;
        if (_waiting.Add(-1 - count))
            Log.WriteLine($"{Count(count)} {(count == 1 ? "is" : "are")} evaluated; waiting for new ones in {options.Run.Path}{(options.Run.IsMissing ? ", which is not there yet" : "")} (Ctrl-C ends it)");
    }

    /// <summary>Evaluates a checkpoint, or takes its result from an earlier start, and writes the results so far.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="number">Its number, from 1.</param>
    /// <param name="next">The checkpoint that is likely the next; null for none.</param>
    /// <param name="cancellation">Stops it.</param>
    private async Task Evaluate(Checkpoint checkpoint, int number, Checkpoint? next, CancellationToken cancellation)
    {
        if (_pages.IsFaulted)
            await _pages.ConfigureAwait(false);
        _states[checkpoint.Path] = CheckpointWatch.StateOf(checkpoint);
        string title = $"checkpoint {number} of {_known}: step {checkpoint.Step}";
        EvaluatedCheckpoint evaluated;
        try
        {
            var eval = options.Of(checkpoint);
            CheckOptions(eval);
            evaluated = await Play(eval, checkpoint, title, next, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (!_isRefused && (e is EvalCoreException or SafetensorsException or PolicyFailedException))
        {
            evaluated = new EvaluatedCheckpoint(checkpoint, Path.Combine(options.OutputDir, checkpoint.Name), null, e.Message);
            Note(e.Message, checkpoint);
        }

        _unfinished = null;
        _evaluated[checkpoint.Step] = evaluated;
        Save();
    }

    /// <summary>Checks that the results in the output folder are of the same options.</summary>
    private void CheckOptions(EvalOptions eval)
    {
        if (_isChecked || !CheckpointsFile.IsIn(options.OutputDir))
            return;
        if (CheckpointsFile.Change(options.OutputDir, options.Given(eval), mayAskForMore: !options.Continues) is { } change)
        {
            _isRefused = true;
            throw new EvalCoreException(options.Continues
                ? $"--output_dir: {options.OutputDir} has an evaluation with other options ({change}); name another folder, or resume it with --resume={ShellWord.Quote(options.OutputDir)}"
                : $"--resume: {options.OutputDir} has results of other options ({change}); omit the flag, or start a new evaluation in another folder");
        }

        _isChecked = true;
    }

    /// <summary>Writes the options before the first episode, so that the evaluation can be resumed.</summary>
    private void Begin(EvalOptions eval)
    {
        if (_given is not null)
            return;
        _given = options.Given(eval);
        CheckpointsFile.Save(options.OutputDir, _given, CheckpointRanking.Of(Evaluated.Values));
    }

    private async Task<EvaluatedCheckpoint> Play(EvalOptions eval, Checkpoint checkpoint, string title, Checkpoint? next, CancellationToken cancellation)
    {
        if (eval.Resume && CheckpointOutput.IsOfOtherFiles(eval.OutputDir, checkpoint))
        {
            await _pages.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            string moved = CheckpointOutput.SetAside(eval.OutputDir);
            terminal.Note($"{title}: its files have changed since it was evaluated; it is evaluated again, and its earlier results are in {moved}");
            eval = options.Of(checkpoint);
        }
        else if (eval.Resume && CheckpointOutput.Finished(eval) is { } before)
        {
            Begin(eval);
            Log.WriteLine($"{title}: {Result(before)} (evaluated before)");

            // The program may have ended before the report was made.
            if (eval.Report && !File.Exists(Path.Combine(eval.OutputDir, RunReport.FileName)))
                MakeReport(before, eval);
            return EvaluatedCheckpoint.Of(checkpoint, eval.OutputDir, before);
        }

        await PolicyFetch.Run(eval.Policy, () => eval.PolicyContext(_ => { }), terminal, cancellation).ConfigureAwait(false);
        var (policy, run) = await Start(eval, checkpoint, cancellation).ConfigureAwait(false);
        try
        {
            Begin(eval);
            Describe(eval, run);
            if (next is not null)
                _next = NextPolicy.Begin(options, next, eval.Policy, policy);
            var progress = new PlainProgress(Log, Time, title);
            var info = await Follow(run.PlayAll(), run, progress, title, cancellation).ConfigureAwait(false);
            foreach (string note in DiagnosticNotes.Of(info))
                Note(note, checkpoint);
            Log.WriteLine($"{title}: {Result(info)}");
            MakeReport(info, eval);
            if (eval.History is { } history)
                HistoryCommand.Record(history, eval.OutputDir, registry, terminal);
            return EvaluatedCheckpoint.Of(checkpoint, eval.OutputDir, info);
        }
        catch (Exception)
        {
            if (cancellation.IsCancellationRequested && run.Kept > 0)
                terminal.Note("stopping; finished episodes are kept. Press Ctrl-C again to stop at once");
            run.Stop(EvalCommand.StopPatience);
            if (run.Kept > 0)
                _unfinished = $"{run.Kept} of {run.Progress.Total} episodes of step {checkpoint.Step} are kept";
            throw;
        }
        finally
        {
            run.Dispose();

            // A stuck thread still uses it.
            if (run.Stuck.Count == 0)
                policy.Dispose();
            else
                _isStuck = true;
        }
    }

    /// <summary>Makes the policy and the run on another thread; at a signal the program ends without it.</summary>
    private async Task<(IPolicy Policy, EvalRun Run)> Start(EvalOptions eval, Checkpoint checkpoint, CancellationToken cancellation)
    {
        (IPolicy Policy, EvalRun Run)? started = null;
        bool ended = await Uninterruptible.Run(() => started = Make(), Interrupted, terminal, cancellation).ConfigureAwait(false);
        return ended ? started!.Value : throw new OperationCanceledException(cancellation);

        string Interrupted() => $"interrupted; {Kept()}";

        void Warn(string note) => Note(note, checkpoint);

        (IPolicy Policy, EvalRun Run) Make()
        {
            using var next = Interlocked.Exchange(ref _next, null);
            var policy = next?.Take(checkpoint, Warn) ?? eval.Policy.Make(eval.PolicyContext(Warn));
            try
            {
                // What is shared by all checkpoints' episodes is made once: verified files, compiled models.
                _benchmark ??= EvalRun.OpenBenchmark(options.Common.Env, eval.Rollout);
                return (policy, new EvalRun(eval.Env, policy, eval.Rollout with { Given = eval.ToJson() }, Warn, _benchmark));
            }
            catch (Exception)
            {
                policy.Dispose();
                throw;
            }
        }
    }

    private async Task<EvalInfo> Follow(Task<EvalInfo> playing, EvalRun run, PlainProgress progress, string title, CancellationToken cancellation)
    {
        var interruptible = playing.WaitAsync(cancellation);
        await (terminal.IsLive
            ? LiveProgress.Follow(run.Progress, interruptible, terminal.Error, title)
            : progress.Follow(run.Progress, interruptible)).ConfigureAwait(false);
        return await interruptible.ConfigureAwait(false);
    }

    /// <summary>Prints a note that every checkpoint would have once.</summary>
    private void Note(string note, Checkpoint checkpoint)
    {
        lock (_notes)
        {
            if (!_notes.Add(note.Replace(checkpoint.Path, "", StringComparison.Ordinal).Replace(Path.GetFullPath(checkpoint.Path), "", StringComparison.Ordinal)))
                return;
        }

        terminal.Note(note);
    }

    /// <summary>The line before the first episode.</summary>
    private void Describe(EvalOptions eval, EvalRun run)
    {
        if (_isDescribed)
            return;
        _isDescribed = true;
        string tasks = run.Tasks.Count == 1 ? $"task {run.Tasks[0].Name}" : $"{run.Tasks.Count} tasks";
        Log.WriteLine($"{Count(_known)} of {options.Run.Path} ({eval.Policy.Type}) play {eval.Env.Type}, {tasks}: "
            + $"{run.Episodes.Count} episodes each, {run.NumEnvs} at once, seed {eval.Seed}, episodes {run.Episodes.Digest}, to {options.OutputDir}");
    }

    private static string Result(EvalInfo info)
    {
        var overall = info.Overall;
        var interval = overall.PcSuccessCi95;
        if (overall.NEpisodes == 0)
            return string.Create(CultureInfo.InvariantCulture, $"none of {EvalCommand.Count(info.Errors.Count)} could be played, {info.EvalS:0.0} s");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{overall.NSuccess} of {overall.NEpisodes} episodes{(info.Errors.Count == 0 ? "" : $" ({info.Errors.Count} more could not be played)")}, {overall.PcSuccess:0.0} % ({interval.Low:0.0} to {interval.High:0.0} %), {info.EvalS:0.0} s");
    }

    /// <summary>Writes the results so far, and their plot.</summary>
    private void Save()
    {
        var (given, evaluated) = (_given, Evaluated.Values);
        MakePage(() =>
        {
            var ranking = CheckpointRanking.Of(evaluated);
            if (given is not null)
                CheckpointsFile.Save(options.OutputDir, given, ranking);
            if (ranking.Ranked.Count > 0)
                SuccessPlot.Save(Path.Combine(options.OutputDir, SuccessPlot.FileName), ranking);
        });
    }

    private void MakeReport(EvalInfo info, EvalOptions eval) => MakePage(() => EvalCommand.Report(info, eval, terminal, null, isOneOfMany: true));

    /// <summary>Makes a page after those before it, on another thread. The first error ends the evaluation.</summary>
    private void MakePage(Action make)
    {
        _pages = Make(_pages);

        async Task Make(Task before)
        {
            await before.ConfigureAwait(false);
            await Task.Run(make).ConfigureAwait(false);
        }
    }

    private void Print()
    {
        var ranking = CheckpointRanking.Of(Evaluated.Values);

        // Without a result the error says all.
        if (ranking.Best is not { } best)
            return;
        CheckpointTable.Write(ranking, terminal.Out);
        foreach (string line in CheckpointTable.Lines(ranking))
            terminal.Writer.WriteLine(line);
        if (best.Metrics.NSuccess < best.Metrics.NEpisodes)
            terminal.Writer.WriteLine($"videos of its failures: {terminal.Program} video {ShellWord.Quote(best.Evaluated.OutputDir)} --failures");
        if (_given is not null)
            terminal.Writer.WriteLine($"results: {Path.Combine(options.OutputDir, CheckpointsFile.FileName)}");
        terminal.Writer.WriteLine($"plot: {Path.Combine(options.OutputDir, SuccessPlot.FileName)}");
        StepSummary.Write(terminal, CheckpointTable.ToMarkdown(ranking));
    }
}
