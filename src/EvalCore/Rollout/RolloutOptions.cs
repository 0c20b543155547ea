using System.Text.Json.Nodes;
using EvalCore.Environments;
using EvalCore.Files;
using EvalCore.Isolation;
using EvalCore.Options;
using EvalCore.Recording;
using EvalCore.Results;

namespace EvalCore.Rollout;

/// <summary>The options of a run besides its environment and policy, and the number of processors.</summary>
public sealed record RolloutOptions
{
    /// <summary>The number of episodes and how they are run.</summary>
    public EvalConfig Eval { get; init; } = new();

    /// <summary>The seed of each task's first episode; episode k has this plus k. 0 to 4294967295.</summary>
    public long Seed { get; init; } = EpisodeSpec.DefaultSeed;

    /// <summary>The folder for the journal, the videos and <c>eval_info.json</c>; null writes no files.</summary>
    public string? OutputDir { get; init; }

    /// <summary>Whether <see cref="OutputDir"/> holds an interrupted run to resume.</summary>
    public bool Resume { get; init; }

    /// <summary>The shard of the episodes that is played.</summary>
    public Shard Shard { get; init; } = Shard.Whole;

    /// <summary>The number of processors, for the automatic batch size.</summary>
    public int Cores { get; init; } = Environment.ProcessorCount;

    /// <summary>Writes the files of <see cref="EvalConfig.Record"/>; null where nothing can be recorded.</summary>
    public IStepFormat? StepFormat { get; init; }

    /// <summary>How this program is started again as the process of an environment (<see cref="EvalConfig.Isolation"/>); null where it cannot be.</summary>
    public WorkerProgram? Worker { get; init; }

    /// <summary>The clock of the limits on calls (<see cref="EvalConfig.EpisodeTimeout"/>).</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The options as the user gave them, for <c>provenance</c> and for a resume.</summary>
    public JsonObject Given { get; init; } = [];

    /// <summary>The disk that results are written to.</summary>
    internal Disk Disk { get; init; } = Disk.Local;

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="EvalCoreException">One is out of range; the message names its flag.</exception>
    public void Validate()
    {
        OptionProperty.Check(Eval, "eval.");

        // lerobot-eval refuses other seeds: it seeds numpy's global generator, which takes 32 bits.
        if (Seed is < 0 or > uint.MaxValue)
            throw new EvalCoreException($"--seed: {Seed} is not possible; give a number from 0 to {uint.MaxValue}");
        if (Eval.Record == RecordedData.Steps && StepFormat is null)
            throw new EvalCoreException("--eval.record=steps: this program does not write steps; add ParquetSteps of the package EvalCore.Records to its registry");
        if (Eval.Record == RecordedData.Steps && OutputDir is null)
            throw new EvalCoreException("--eval.record=steps: steps are written to the output folder, and the run has none");
    }

    /// <summary>
    /// Does on another thread what takes a new process long: to compile the code that writes recorded steps. Call it before the policy is
    /// loaded, which keeps one core busy, so that the run does not do it after its last episode. Nobody has to wait for it; a failure has
    /// no effect on the run.
    /// </summary>
    public Task WarmUp() => Eval.Record == RecordedData.Steps && StepFormat is { } format ? Task.Run(format.WarmUp) : Task.CompletedTask;
}
