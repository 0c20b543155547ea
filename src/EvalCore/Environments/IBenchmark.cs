namespace EvalCore.Environments;

/// <summary>
/// A suite, opened with its flags for the duration of a run. It owns the expensive resources that its environments and
/// renderers share: verified asset folders, compiled models. Thread-safe; dispose it after everything it has made.
/// </summary>
public interface IBenchmark : IDisposable
{
    /// <summary>The tasks that <see cref="EnvConfig.Task"/> names, in the order they are evaluated.</summary>
    IReadOnlyList<EnvTask> Tasks { get; }

    /// <summary>Every task of the suite.</summary>
    IReadOnlyList<EnvTask> AllTasks => Tasks;

    /// <summary>The observation space of its environments.</summary>
    ObservationSpace ObservationSpace { get; }

    /// <summary>
    /// The observation spaces that flags of this suite can select, by flag (<c>--env.obs_type=pixels</c>). Error
    /// messages name the flag that a policy needs. Empty when there is no choice.
    /// </summary>
    IReadOnlyDictionary<string, ObservationSpace> ObservationSpaces => new Dictionary<string, ObservationSpace>();

    /// <summary>The action space of its environments.</summary>
    ActionSpace ActionSpace { get; }

    /// <summary>
    /// The versions of the simulators that an episode depends on, for <c>provenance</c>. Results of different versions
    /// are not merged.
    /// </summary>
    IReadOnlyDictionary<string, string> EngineVersions { get; }

    /// <summary>
    /// The SHA-256 of the simulators' native libraries, by name, for <c>provenance</c>. Results of different files are merged
    /// as long as <see cref="EngineVersions"/> are equal.
    /// </summary>
    IReadOnlyDictionary<string, string> EngineLibraries => new Dictionary<string, string>();

    /// <summary>Notes for the user about this machine, one line each: for example what a variable does not do here.</summary>
    IReadOnlyList<string> Notes => [];

    /// <summary>
    /// The device that renders the images, for suites where images differ between devices: a policy may then act
    /// differently. Null when images do not differ, or when nothing can render.
    /// </summary>
    string? RenderingDevice => null;

    /// <summary>
    /// Notes for the user about the device that renders, one line each, for policies that read images: for example a GPU that
    /// does not render.
    /// </summary>
    IReadOnlyList<string> RenderingNotes => [];

    /// <summary>
    /// Whether videos can be made: its environments implement <see cref="IVideoSource"/>, and
    /// <see cref="MakeRenderer"/> makes renderers.
    /// </summary>
    bool RendersVideos => false;

    /// <summary>Makes an environment of a task, on the thread that will use it.</summary>
    /// <exception cref="EvalCoreException">Something the suite needs is missing on this machine.</exception>
    IEnvironment Make(EnvTask task);

    /// <summary>Makes a renderer for the videos of a task, on the thread that will use it.</summary>
    /// <exception cref="EvalCoreException">Something the renderer needs is missing on this machine.</exception>
    IFrameRenderer MakeRenderer(EnvTask task) => throw new NotSupportedException("This suite renders no videos.");

    /// <summary>
    /// Declares that no further episode of a task will start. The resources that the task's environments share are
    /// freed when the last environment is disposed; another episode would build them again.
    /// </summary>
    void Release(EnvTask task)
    {
    }
}
