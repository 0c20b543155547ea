using Chipmunk;
using EvalCore.Environments;

namespace Benchmarks.PushT;

/// <summary>PushT with the flags of one run. Its environments share nothing: there is nothing to free.</summary>
public sealed class PushTBenchmark : IBenchmark
{
    private readonly string _obsType;
    private readonly int _episodeLength;
    private readonly (int Height, int Width) _frame;

    /// <summary>Opens the benchmark.</summary>
    /// <param name="config">Flags that <see cref="EnvConfig.Validate"/> accepts; later changes have no effect.</param>
    internal PushTBenchmark(PushTConfig config)
    {
        (_obsType, _episodeLength) = (config.ObsType, config.EpisodeLength);
        _frame = (config.VisualizationHeight, config.VisualizationWidth);
        Tasks = [new EnvTask(config.Type, config.Type, 0, config.Task, "")];
        ObservationSpace = PushTObservation.Types[_obsType];
    }

    /// <summary>
    /// A target position of the agent, in environment units, absolute. The bounds are those of the table; positions
    /// outside are accepted and not clipped.
    /// </summary>
    public static ActionSpace Actions { get; } = new(
        new ActionComponent("x", "px", 0, 512, IsRelative: false),
        new ActionComponent("y", "px", 0, 512, IsRelative: false));

    /// <inheritdoc/>
    public IReadOnlyList<EnvTask> Tasks { get; }

    /// <inheritdoc/>
    public ObservationSpace ObservationSpace { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, ObservationSpace> ObservationSpaces => PushTObservation.Types.ByFlag;

    /// <inheritdoc/>
    public ActionSpace ActionSpace => Actions;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> EngineVersions { get; } =
        new Dictionary<string, string> { ["chipmunk"] = ChipmunkLibrary.Version };

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> EngineLibraries =>
        ChipmunkLibrary.Sha256 is { } hash ? new Dictionary<string, string> { ["chipmunk"] = hash } : new Dictionary<string, string>();

    /// <inheritdoc/>
    public bool RendersVideos => true;

    /// <inheritdoc/>
    public IEnvironment Make(EnvTask task) => new PushTEnvironment(_obsType, _episodeLength);

    /// <inheritdoc/>
    public IFrameRenderer MakeRenderer(EnvTask task) => new PushTRenderer(_frame.Height, _frame.Width);

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
