using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using EvalCore.Commands.Jobs;
using EvalCore.Options;

namespace EvalCore.Commands;

/// <summary>The flags of <c>evalcore slurm</c> besides those of the evaluation. Those that sbatch has too have its names.</summary>
internal sealed partial class SlurmFlags : IJobFlags
{
    [Description("shards: tasks of the job array, each a job of one process; has no default")]
    [Range(1, 1_000_000)]
    public int Shards { get; set; }

    [Placeholder("TIME")]
    [Description("time limit of a shard: minutes, HH:MM:SS or D-HH:MM:SS")]
    public string? Time { get; set; }

    [Placeholder("SIZE")]
    [Description("memory of a shard, for example 16G")]
    public string? Mem { get; set; }

    [Description("cores of a shard; written --cpus-per-task too")]
    [Range(1, 65_536)]
    public int? CpusPerTask { get; set; }

    [Placeholder("LIST")]
    [Description("devices of a shard, for example gpu:1")]
    public string? Gres { get; set; }

    [Placeholder("NAME")]
    [Description("partition of the jobs")]
    public string? Partition { get; set; }

    [Placeholder("NAME")]
    [Description("account of the jobs")]
    public string? Account { get; set; }

    [Placeholder("NAME")]
    [Description("quality of service of the jobs")]
    public string? Qos { get; set; }

    [Placeholder("LIST")]
    [Description("features that the nodes must have")]
    public string? Constraint { get; set; }

    [Description("shards that run at the same time; all by default")]
    [Range(1, 1_000_000)]
    public int? Parallelism { get; set; }

    [Description("how often a shard that failed, or was interrupted at its time limit, is put into the queue again")]
    [Range(0, 100)]
    public int Retries { get; set; } = 3;

    [Placeholder("LINE")]
    [Description("a line of the shell before evalcore, for example module load dotnet; may be given several times")]
    public IReadOnlyList<string> Setup { get; set; } = [];

    [Placeholder("COMMAND")]
    [Description("words before evalcore, for example apptainer exec --nv evalcore.sif")]
    public string? Launch { get; set; }

    [Description("submit the jobs")]
    public bool Submit { get; set; }

    /// <summary>Checks the values that become lines of a script.</summary>
    /// <exception cref="EvalCoreException">A value is not possible; the message names its flag.</exception>
    public void Validate()
    {
        IJobFlags.Match("time", Time, TimeLimit(), "a time limit: minutes, HH:MM:SS or D-HH:MM:SS");
        IJobFlags.Match("mem", Mem, Size(), "a size, for example 16G");
        IJobFlags.Match("gres", Gres, Word(), "a list of devices, for example gpu:1");
        IJobFlags.Match("partition", Partition, Word(), "a name of a partition");
        IJobFlags.Match("account", Account, Word(), "a name of an account");
        IJobFlags.Match("qos", Qos, Word(), "a name of a quality of service");
        IJobFlags.Match("constraint", Constraint, Features(), "a list of features, for example a100|h100");
    }

    [GeneratedRegex(@"^(\d+-\d+(:\d+){0,2}|\d+(:\d+){0,2})\z")]
    private static partial Regex TimeLimit();

    [GeneratedRegex(@"^\d+[KMGT]?\z")]
    private static partial Regex Size();

    [GeneratedRegex(@"^[\w.:,=@/+-]+\z")]
    private static partial Regex Word();

    [GeneratedRegex(@"^[\w.:,=@/+&|()*\[\]-]+\z")]
    private static partial Regex Features();
}
