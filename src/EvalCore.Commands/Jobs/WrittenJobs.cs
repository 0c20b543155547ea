namespace EvalCore.Commands.Jobs;

/// <summary>What the jobs in a folder are, as <see cref="JobFiles.FileName"/> says.</summary>
/// <param name="Scheduler">What runs them.</param>
/// <param name="Shards">The number of shards.</param>
/// <param name="Parallelism">How many shards run at the same time; null for all.</param>
internal sealed record WrittenJobs(Scheduler Scheduler, int Shards, int? Parallelism);
