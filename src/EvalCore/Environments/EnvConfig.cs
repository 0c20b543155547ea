using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using EvalCore.Assets;
using EvalCore.Options;

namespace EvalCore.Environments;

/// <summary>
/// The flags of a suite: LeRobot's <c>EnvConfig</c>. Each public settable property is a flag <c>--env.&lt;name&gt;</c>, in
/// snake case, with LeRobot's default. <see cref="Open()"/> makes the benchmark that these flags describe.
/// </summary>
public abstract class EnvConfig
{
    /// <summary>The name of the suite: the value of <c>--env.type</c>.</summary>
    [JsonIgnore]
    public abstract string Type { get; }

    /// <summary>Which task, group or comma-separated list of them.</summary>
    [Description("which task, group, or comma-separated list of them; see evalcore list")]
    public abstract string Task { get; set; }

    /// <summary>Frames per second of the video.</summary>
    [Description("frames per second of the video")]
    [Range(1, int.MaxValue)]
    public abstract int Fps { get; set; }

    /// <summary>
    /// The files that the tasks of <see cref="Task"/> need. They are fetched before the first episode. A benchmark with several
    /// sets names each of them; of a set with parts, it names parts (<see cref="AssetSet.Part"/>).
    /// </summary>
    [JsonIgnore]
    public virtual IReadOnlyList<AssetSet> Assets => [];

    /// <summary>The lowest and the highest possible reward of a step; null where there is none. <c>evalcore compare</c> reads it.</summary>
    [JsonIgnore]
    public virtual (double Low, double High)? RewardRange => null;

    /// <summary>
    /// Whether the model of a task takes seconds to compile, as long as an episode: the jobs of a cluster are then dealt by task, so
    /// that few shards compile the same one.
    /// </summary>
    [JsonIgnore]
    public virtual bool CompilesSlowly => false;

    /// <summary>Checks the flags before anything is built or fetched: ranges, and the names of tasks.</summary>
    /// <exception cref="EvalCoreException">The value of a flag is invalid; the message names the flag.</exception>
    public virtual void Validate() => OptionProperty.Check(this, "env.");

    /// <summary>Makes the benchmark. Cheap: files are read and models are compiled when they are first needed.</summary>
    /// <param name="assets">The store with the benchmark's files.</param>
    /// <exception cref="EvalCoreException">The value of a flag is invalid; the message names the flag.</exception>
    public abstract IBenchmark Open(AssetStore assets);

    /// <summary>Makes the benchmark, with its files in the store that the environment variables describe.</summary>
    /// <exception cref="EvalCoreException">The value of a flag is invalid; the message names the flag.</exception>
    public IBenchmark Open() => Open(AssetStore.Default);
}
