using System.Globalization;
using EvalCore.Commands.Display;
using EvalCore.Comparisons;
using EvalCore.Evaluation;
using EvalCore.Files;
using EvalCore.Gates;
using EvalCore.Options;
using EvalCore.Reports;
using EvalCore.Results;
using EvalCore.Rollout;

namespace EvalCore.Commands;

/// <summary>What <c>evalcore gate</c> adds to an evaluation: when it stops, and what is concluded.</summary>
internal sealed class GateSession
{
    private readonly GateOptions _demanded;
    private readonly EvalOptions _options;
    private readonly Registry _registry;
    private readonly Terminal _terminal;
    private readonly string _path;
    private readonly EvalInfo? _baseline;
    private Gate? _gate;

    /// <summary>Reads the baseline, if there is one.</summary>
    /// <exception cref="EvalCoreException">The baseline is missing or damaged, or there is nothing to compare with.</exception>
    public GateSession(GateOptions demanded, EvalOptions options, Registry registry, Terminal terminal)
    {
        (_demanded, _options, _registry, _terminal) = (demanded, options, registry, terminal);
        _path = demanded.Baseline is { } given ? HomeFolder.Expand(given) : BaselineFile.PathOf(options);
        if (demanded.Update)
        {
            if (Directory.Exists(_path) || Path.GetFileName(_path) == EvalInfo.FileName)
                throw new EvalCoreException($"--baseline: --update writes a file, and {_path} is a run; name a file, for example {BaselineFile.PathOf(options)}");
            if (Path.GetFileName(_path).Length == 0)
                throw new EvalCoreException($"--baseline: --update writes a file, and {_path} is a folder; name a file, for example {BaselineFile.PathOf(options)}");
            _path = OutputFile.Of("--baseline", _path, "a JSON file", ".json");
            Baseline.CheckWritable(_path);
        }
        else if (!demanded.HasThreshold)
        {
            if (demanded.Baseline is null && !File.Exists(_path))
            {
                throw new EvalCoreException(
                    $"gate: there is no baseline {_path}: name the one to compare with by --baseline=FILE{Others(options)}, give a success rate with --threshold=PERCENT, or write one of this policy with --update");
            }

            _baseline = Baseline.Load(_path);
        }
    }

    /// <summary>The baselines of other policies for the suite, for a message.</summary>
    private static string Others(EvalOptions options)
    {
        string[] files = Directory.Exists(Baseline.Folder) ? [.. Directory.EnumerateFiles(Baseline.Folder, $"{options.Env.Type}.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)] : [];
        return files.Length == 0 ? "" : $" ({string.Join(", ", files.Take(3))})";
    }

    /// <summary>The rule of the run; null for a run that plays all episodes.</summary>
    public Func<EpisodePlan, IStoppingRule>? Rule => _demanded is { Update: false, StopEarly: true } ? Open : null;

    /// <summary>Decides what can be decided before the first episode.</summary>
    /// <returns>The exit code where nothing need be played; null where the run goes on.</returns>
    public int? Before(EvalRun run)
    {
        if (!_demanded.Update && _gate is null)
            Open(run.Episodes);
        if (_gate is not BaselineGate gate)
            return null;
        foreach (string note in gate.Notes)
            _terminal.Note(note);
        var provenance = run.Provenance;
        if (gate.NotComparable(provenance) is { Count: > 0 } reasons)
        {
            foreach (string reason in reasons)
                Line($"differs: {reason.Replace(" in A, ", " in the baseline, ", StringComparison.Ordinal).Replace(" in B", " now", StringComparison.Ordinal)}");
            Line("nothing was played: under other conditions a difference would say nothing about the policy; with the new ones, write the baseline again with --update");
            Line($"verdict: not comparable: {(reasons.Count == 1 ? "1 condition differs" : $"{reasons.Count} conditions differ")} from the baseline {_path}");
            return ExitCode.NotComparable;
        }

        if (!_demanded.StopEarly || !gate.IsRepeatedBy(provenance))
            return null;
        var result = _baseline!.Overall;
        Line(string.Create(
            CultureInfo.InvariantCulture,
            $"success rate: {result.PcSuccess:0.0} % over {EvalCommand.Count(result.NEpisodes)} of the baseline (95 % interval {result.PcSuccessCi95.Low:0.0} to {result.PcSuccessCi95.High:0.0} %)"));
        Line($"nothing was played: the files of the policy, the seed and the conditions are those of the baseline {_path}, so each episode would be the same");
        Line("verdict: pass: the same policy");
        return ExitCode.Success;
    }

    /// <summary>Prints what is concluded of a run.</summary>
    /// <returns>The exit code.</returns>
    public int After(EvalInfo info, EvalRun run)
    {
        string results = Path.Combine(_options.OutputDir, EvalInfo.FileName);
        if (_demanded.Update)
        {
            if (info.Errors.Count > 0 && (!_demanded.AllowErrors || info.Episodes.Count == 0))
                throw new EvalCoreException($"--update: {Gate.Refusal(info.Errors, _demanded.AllowErrors)}; --resume with --eval.retry_errors=true plays them again");
            Baseline.Save(info, _path);
            Line($"results: {results}");
            if (info.Errors.Count > 0)
                Line($"without {EvalCommand.Count(info.Errors.Count)} that could not be played: later gates play {(info.Errors.Count == 1 ? "it" : "them")} and compare the others");
            Line($"baseline: {_path}, {info.Overall.NSuccess} successes in {EvalCommand.Count(info.Overall.NEpisodes)}; commit it");
            return ExitCode.Success;
        }

        var gate = _gate!;
        if (!_demanded.StopEarly)
            gate.Read(info, run.Episodes);
        string conclusion = gate.Conclusion(info);
        StepSummary.Write(_terminal, $"### Gate\n\n{Markdown.Text(conclusion)}\n");
        StepSummary.Annotate(_terminal, gate.Verdict, "evalcore gate", conclusion);
        foreach (string line in gate.Figures(info))
            Line(line);
        Line(gate.Saved(info));
        if (gate.Verdict != GateVerdict.Pass && gate.Telling(info) is [var first, ..])
        {
            Line(gate.FailedSeeds(info)!);
            Line($"play seed {first.Seed} again, with a video: {Again(first, run)}");
        }

        string report = Path.Combine(_options.OutputDir, RunReport.FileName);
        if (_options.Report && File.Exists(report))
            Line($"report: {report}");
        Line($"results: {results}");
        Line($"verdict: {conclusion}");
        return ExitCode.Of(gate.Verdict);
    }

    /// <summary>The report of a run, beside the baseline where there is one.</summary>
    public RunReport? ReportOn(ReportRun run) => (_gate as BaselineGate)?.ReportOn(run);

    private Gate Open(EpisodePlan plan) => _gate = _baseline is null
        ? new ThresholdGate(plan, _demanded.Threshold ?? 0, _ => _demanded.GroupThreshold ?? 0, _ => _demanded.TaskThreshold ?? 0) { AllowsErrors = _demanded.AllowErrors }
        : new BaselineGate(_baseline, _path, plan, _demanded);

    /// <summary>The command that plays an episode alone: it is one of as many shards as the run has episodes.</summary>
    private string Again(EpisodeRecord episode, EvalRun run) =>
        $"{_terminal.Program} eval {string.Join(' ', _options.ToFlags(_registry))} --eval.n_episodes_to_render={episode.EpisodeIndex + 1} --shard={run.Episodes.NumberOf(episode.Key)}/{run.Episodes.Whole}";

    private void Line(string line) => _terminal.Writer.WriteLine(line);
}
