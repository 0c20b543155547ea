using Benchmarks.PushT.Physics;
using Benchmarks.PushT.Rendering;
using Chipmunk;
using EvalCore;
using EvalCore.Environments;
using EvalCore.Numerics;

namespace Benchmarks.PushT;

/// <summary>
/// gym-pusht 0.1.6, <c>gym_pusht/PushT-v0</c> (<c>gym_pusht/envs/pusht.py</c>): an agent, a disc that a spring moves towards
/// the action, pushes a T-shaped block over a table of 512 x 512 until the block covers more than 95 % of its goal. The
/// same seed and actions give the same states bit for bit.
/// </summary>
/// <remarks>
/// A reset removes the marker of the last action. gym-pusht keeps it, so that the first frame of an episode's video shows
/// the last action of the previous episode. An action of more than about 2.8e9 is outside of the video's frames: gym-pusht draws
/// a line across them, because OpenCV's coordinates wrap around; here there is no marker.
/// </remarks>
public sealed class PushTEnvironment : IEnvironment, IStateAccess, IVideoSource
{
    private readonly ContactLog _contacts = new();
    private readonly double[] _frame = new double[FrameState.Length];
    private PushTSimulation? _simulation;
    private ImageRenderer? _imageRenderer;
    private Vect _action = FrameState.NoAction;
    private int _steps;

    /// <summary>Makes an environment; it must be reset before anything else.</summary>
    /// <param name="obsType">One of <see cref="PushTObservation.Types"/>.</param>
    /// <param name="maxEpisodeSteps">The time limit in steps.</param>
    /// <exception cref="EvalCoreException">There is no such observation type, or Chipmunk is not installed.</exception>
    public PushTEnvironment(string obsType = "pixels_agent_pos", int maxEpisodeSteps = 300)
    {
        ObservationSpace = PushTObservation.Types[obsType];
        MaxEpisodeSteps = maxEpisodeSteps;
        if (ChipmunkLibrary.Restore().Problem is { } problem)
            throw new EvalCoreException($"PushT cannot run: {problem}; or install it with '{ChipmunkLibrary.Fix}'");
    }

    /// <inheritdoc/>
    public ObservationSpace ObservationSpace { get; }

    /// <inheritdoc cref="PushTBenchmark.Actions"/>
    public ActionSpace ActionSpace => PushTBenchmark.Actions;

    /// <inheritdoc/>
    public int MaxEpisodeSteps { get; }

    /// <summary>
    /// <c>state [10]</c>: agent x, y, vx, vy; block x, y (its origin), vx, vy (of its centre of gravity), angle (not
    /// wrapped), angular velocity. Environment units, seconds, radians.
    /// </summary>
    public IReadOnlyList<StateField> StateFields { get; } = [new("state", 10)];

    /// <inheritdoc/>
    public int SnapshotLength => FrameState.Length;

    /// <summary>The fraction of the goal that the block covers, 0 to 1.</summary>
    public double Coverage => Physics.Coverage.Of(Simulation.Block);

    /// <summary>Contact points since the last action began, summed over its ten physics steps.</summary>
    public int ContactPoints => _contacts.Points;

    /// <summary>gym-pusht's <c>n_contacts</c>: contact points per 1000 physics steps, rounded up; in practice 0 or 1.</summary>
    public int Contacts => (_contacts.Points + 999) / 1000;

    internal PushTSimulation Simulation => _simulation ?? throw new InvalidOperationException("PushT must be reset first.");

    /// <inheritdoc/>
    public void Reset(EpisodeSpec episode)
    {
        ArgumentNullException.ThrowIfNull(episode);
        if (episode.Seed < 0)
            throw new EvalCoreException($"--seed={episode.Seed}: a seed is 0 or more");
        Reset(InitialState.Draw(Generator.DefaultRng((ulong)episode.Seed)));
    }

    /// <inheritdoc/>
    public StepResult Step(ReadOnlySpan<double> action)
    {
        ActionSpace.Check(action, "PushT");
        _action = new Vect(action[0], action[1]);
        Simulation.Step(action[0], action[1]);
        _steps++;
        double coverage = Coverage;
        bool success = coverage > Physics.Coverage.Success;
        double reward = Math.Clamp(coverage / Physics.Coverage.Success, 0, 1);
        return new StepResult(reward, success, _steps >= MaxEpisodeSteps, success);
    }

    /// <inheritdoc/>
    public void Observe(Observation observation)
    {
        ArgumentNullException.ThrowIfNull(observation);
        for (int i = 0; i < observation.Space.Count; i++)
        {
            switch (observation.Space[i].Key)
            {
                case PushTObservation.Image:
                    ObserveImage(observation.Image(i));
                    break;
                case PushTObservation.EnvironmentState:
                    Keypoints.Write(Simulation.Block, observation.Vector(i));
                    break;
                case PushTObservation.State:
                    ObserveState(observation.Vector(i));
                    break;
                default:
                    throw new KeyNotFoundException($"PushT observes no '{observation.Space[i].Key}'.");
            }
        }
    }

    /// <inheritdoc/>
    public void GetState(SimulatorState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        Simulation.GetState(state[0]);
    }

    /// <inheritdoc/>
    public void SetState(SimulatorState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        Simulation.SetState(state[0]);
    }

    /// <inheritdoc/>
    public void Snapshot(Span<double> snapshot) =>
        FrameState.Write(snapshot, Simulation.Agent, Simulation.Block, _action, _contacts.Lines);

    /// <inheritdoc/>
    public void Dispose() => _simulation?.Dispose();

    internal void Reset(InitialState state)
    {
        _simulation?.Dispose();
        _simulation = new PushTSimulation(_contacts);
        _simulation.Begin(state);
        _action = FrameState.NoAction;
        _steps = 0;
    }

    private void ObserveImage(Span<byte> image)
    {
        _imageRenderer ??= new ImageRenderer(PushTObservation.ImageSize, PushTObservation.ImageSize);
        Snapshot(_frame);
        _imageRenderer.Render(_frame, image);
    }

    private void ObserveState(Span<double> state)
    {
        (state[0], state[1]) = Simulation.Agent;
        if (state.Length == 2)
            return;
        var block = Simulation.Block;
        (state[2], state[3]) = block.Position;
        state[4] = Wrap(block.Angle);
    }

    /// <summary>The angle modulo 2 pi, as numpy rounds it.</summary>
    internal static double Wrap(double angle)
    {
        const double Turn = 2 * Math.PI;
        double rest = angle % Turn;
        return rest < 0 ? rest + Turn : rest == 0 ? 0 : rest;
    }
}
