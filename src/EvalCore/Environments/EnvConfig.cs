using System.ComponentModel;
using EvalCore.Assets;

namespace EvalCore.Environments;

/// <summary>
/// The configuration of a suite: LeRobot's <c>EnvConfig</c>. The public settable properties are the flags
/// <c>--env.&lt;name&gt;</c>, in snake case, with the same defaults as LeRobot's. A suite is added by deriving from this
/// class and registering it.
/// </summary>
public abstract class EnvConfig
{
    /// <summary>The name of the suite: the value of <c>--env.type</c>.</summary>
    public abstract string Type { get; }

    /// <summary>Which task, group or comma-separated list of them.</summary>
    [Description("which task, group, or comma-separated list of them; see evalcore list")]
    public abstract string Task { get; set; }

    /// <summary>Frames a second, of the video too.</summary>
    [Description("frames a second, of the video too")]
    public abstract int Fps { get; set; }

    /// <summary>Refuses settings that no environment can have, before anything is built or fetched.</summary>
    /// <exception cref="EvalCoreException">One of them; the message names its flag.</exception>
    public virtual void Validate()
    {
        if (Fps < 1)
            throw new EvalCoreException($"--env.fps={Fps}: expected 1 or more");
        _ = Tasks();
    }

    /// <summary>The tasks <see cref="Task"/> asks for, in the order they are evaluated.</summary>
    /// <exception cref="EvalCoreException">A task has no such name.</exception>
    public abstract IReadOnlyList<EnvTask> Tasks();

    /// <summary>Every task of the suite, for <c>evalcore list</c>.</summary>
    public virtual IReadOnlyList<EnvTask> AllTasks() => Tasks();

    /// <summary>What an environment of this configuration observes; cheap, no simulator is built.</summary>
    public abstract ObservationSpace ObservationSpace { get; }

    /// <summary>
    /// What an environment of this suite can observe, by the flag that asks for it (<c>--env.obs_type=pixels</c>): to say
    /// which one a policy needs. Empty where there is no choice.
    /// </summary>
    public virtual IReadOnlyDictionary<string, ObservationSpace> ObservationSpaces() => new Dictionary<string, ObservationSpace>();

    /// <summary>The actions of this suite.</summary>
    public abstract ActionSpace ActionSpace { get; }

    /// <summary>The benchmark's files that it reads, or null. They are fetched before the first episode.</summary>
    public virtual AssetSet? Assets => null;

    /// <summary>Builds a world for a task, on the thread that will use it.</summary>
    /// <exception cref="EvalCoreException">Something the suite needs is missing on this machine.</exception>
    public abstract IEnvironment Make(EnvTask task);

    /// <summary>Builds a renderer for the videos of a task, on the thread that will use it.</summary>
    public abstract IFrameRenderer MakeRenderer(EnvTask task);

    /// <summary>
    /// What draws the pictures, where that differs between machines: a policy that sees other pixels acts otherwise. Null
    /// where it does not differ, or nothing can draw.
    /// </summary>
    public virtual string? RenderingDevice => null;

    /// <summary>
    /// The versions of the engines an episode depends on, for <c>provenance</c>: results of different engines are not
    /// merged.
    /// </summary>
    public abstract IReadOnlyDictionary<string, string> EngineVersions { get; }
}
