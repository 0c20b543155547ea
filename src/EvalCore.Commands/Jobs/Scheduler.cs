namespace EvalCore.Commands.Jobs;

/// <summary>What runs the jobs.</summary>
internal enum Scheduler
{
    /// <summary>Slurm: a job array.</summary>
    Slurm,

    /// <summary>Kubernetes: an indexed Job.</summary>
    K8s,
}
