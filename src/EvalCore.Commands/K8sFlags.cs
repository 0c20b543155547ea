using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using EvalCore.Commands.Jobs;
using EvalCore.Options;

namespace EvalCore.Commands;

/// <summary>The flags of <c>evalcore k8s</c> besides those of the evaluation.</summary>
internal sealed partial class K8sFlags : IJobFlags
{
    [Description("shards: completions of the indexed Job; has no default")]
    [Range(1, 100_000)]
    public int Shards { get; set; }

    [Placeholder("IMAGE")]
    [Description("the container image, in which evalcore is on the PATH")]
    public string? Image { get; set; }

    [Placeholder("NAME")]
    [Description("the PersistentVolumeClaim with checkpoints, results and the cache; all pods read and write it")]
    public string? Claim { get; set; }

    [Placeholder("DIR")]
    [Description("where the volume is mounted; relative paths are below it")]
    public string MountPath { get; set; } = "/data";

    [Placeholder("NAME")]
    [Description("the namespace; that of kubectl by default")]
    public string? Namespace { get; set; }

    [Placeholder("QUANTITY")]
    [Description("cores of a shard, for example 4")]
    public string? Cpu { get; set; }

    [Placeholder("QUANTITY")]
    [Description("memory of a shard, for example 16Gi")]
    public string? Memory { get; set; }

    [Description("GPUs of a shard (nvidia.com/gpu)")]
    [Range(0, 64)]
    public int Gpus { get; set; }

    [Placeholder("NAME")]
    [Description("a Secret whose keys become environment variables, for example HF_TOKEN")]
    public string? Secret { get; set; }

    [Description("shards that run at the same time; all by default")]
    [Range(1, 100_000)]
    public int? Parallelism { get; set; }

    [Description("how often a shard that failed is started again")]
    [Range(0, 100)]
    public int Retries { get; set; } = 3;

    [Description("submit the job with kubectl")]
    public bool Submit { get; set; }

    /// <summary>Checks the values that become parts of a manifest.</summary>
    /// <exception cref="EvalCoreException">A value is missing or not possible; the message names its flag.</exception>
    public void Validate()
    {
        IJobFlags.Match("image", Image ?? throw new EvalCoreException("--image is missing: name the container image, in which evalcore is on the PATH"), ImageName(), "the name of an image, for example registry.example.com/evalcore:1.0");
        IJobFlags.Match("claim", Claim ?? throw new EvalCoreException("--claim is missing: name the PersistentVolumeClaim with checkpoints and results"), Name(), "the name of a PersistentVolumeClaim");
        IJobFlags.Match("mount_path", MountPath, Folder(), "a path from the root, for example /data");
        IJobFlags.Match("namespace", Namespace, Name(), "the name of a namespace");
        IJobFlags.Match("cpu", Cpu, Cores(), "a quantity, for example 4 or 500m");
        IJobFlags.Match("memory", Memory, Quantity(), "a quantity, for example 16Gi");
        IJobFlags.Match("secret", Secret, Name(), "the name of a Secret");
        MountPath = MountPath.TrimEnd('/');
    }

    [GeneratedRegex(@"^[a-zA-Z0-9][a-zA-Z0-9._:/@-]*\z")]
    private static partial Regex ImageName();

    [GeneratedRegex(@"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?\z")]
    private static partial Regex Name();

    [GeneratedRegex(@"^(/(?!\.\.?(/|\z))[\w.-]+)+/?\z")]
    private static partial Regex Folder();

    [GeneratedRegex(@"^\d{1,9}(\.\d{1,9})?m?\z")]
    private static partial Regex Cores();

    [GeneratedRegex(@"^\d+(\.\d+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?\z")]
    private static partial Regex Quantity();
}
