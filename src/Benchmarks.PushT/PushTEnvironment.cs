using Benchmarks.PushT.Physics;
using Benchmarks.PushT.Rendering;
using Chipmunk;
using EvalCore;
using EvalCore.Environments;
using EvalCore.Numerics;

namespace Benchmarks.PushT;

/// <summary>
/// gym-pusht 0.1.6, <c>gym_pusht/PushT-v0</c>: an agent, a disc that is drawn towards the action, pushes a T over a
/// table of 512 x 512 until it covers more than 95 % of its goal. The same seed and actions give the same states bit
/// for bit.
/// </summary>
/// <remarks>
/// The marker of the last action is gone after a reset. In the original it stays, and the first frame of an episode's
/// video shows the last action of the one before.
/// </remarks>
public sealed class PushTEnvironment : IEnvironment
{
    private const string StateKey = "state";

    private readonly ContactLog _contacts = new();
    private readonly double[] _frame = new double[FrameState.Length];
    private PushTWorld? _world;
    private Picture? _picture;
    private Vect _action = FrameState.NoAction;
    private int _steps;

    /// <summary>Makes an environment; it must be reset before anything else.</summary>
    /// <param name="obsType">One of <see cref="PushTObservation.Types"/>.</param>
    /// <param name="maxEpisodeSteps">The time limit in steps.</param>
    /// <exception cref="EvalCoreException">There is no such observation type, or Chipmunk is not installed.</exception>
    public PushTEnvironment(string obsType = "pixels_agent_pos", int maxEpisodeSteps = 300)
    {
        ObservationSpace = PushTObservation.Of(obsType);
        MaxEpisodeSteps = maxEpisodeSteps;
        if (ChipmunkLibrary.Restore().Problem is { } problem)
            throw new EvalCoreException($"PushT cannot run: {problem}; install it with '{ChipmunkLibrary.Fix}'");
    }

    /// <inheritdoc/>
    public ObservationSpace ObservationSpace { get; }

    /// <summary>A point in world units. Nothing is clipped: any point is accepted.</summary>
    public ActionSpace ActionSpace => PushTConfig.Actions;

    /// <inheritdoc/>
    public int MaxEpisodeSteps { get; }

    /// <summary>
    /// <c>state [10]</c>: agent x, y, vx, vy; block x, y (its origin), vx, vy (of its centre of gravity), angle (not
    /// wrapped), angular velocity. World units, seconds, radians.
    /// </summary>
    public ObservationSpace StateSpace { get; } = new(ObservationField.Vector(StateKey, 10));

    /// <inheritdoc/>
    public int SnapshotLength => FrameState.Length;

    /// <summary>The share of the goal the block covers, 0 to 1.</summary>
    public double Coverage => Physics.Coverage.Of(World.Block);

    /// <summary>Contact points since the last action began, summed over its ten physics steps.</summary>
    public int ContactPoints => _contacts.Points;

    /// <summary>gym-pusht's <c>n_contacts</c>: contact points per 1000 physics steps, rounded up; in practice 0 or 1.</summary>
    public int Contacts => (_contacts.Points + 999) / 1000;

    internal PushTWorld World => _world ?? throw new InvalidOperationException("PushT must be reset first.");

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
        if (action.Length != ActionSpace.Dimension)
            throw new ArgumentException($"An action of PushT has 2 numbers, not {action.Length}.", nameof(action));
        _action = new Vect(action[0], action[1]);
        World.Step(action[0], action[1]);
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
                    Keypoints.Write(World.Block, observation.Vector(i));
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
    public void GetState(Observation state)
    {
        ArgumentNullException.ThrowIfNull(state);
        World.GetState(state.Vector(StateKey));
    }

    /// <inheritdoc/>
    public void SetState(Observation state)
    {
        ArgumentNullException.ThrowIfNull(state);
        World.SetState(state.Vector(StateKey));
    }

    /// <inheritdoc/>
    public void Snapshot(Span<double> snapshot) =>
        FrameState.Write(snapshot, World.Agent, World.Block, _action, _contacts.Lines);

    /// <inheritdoc/>
    public void Dispose() => _world?.Dispose();

    internal void Reset(InitialState state)
    {
        _world?.Dispose();
        _world = new PushTWorld(_contacts);
        _world.Place(state);
        _action = FrameState.NoAction;
        _steps = 0;
    }

    private void ObserveImage(Span<byte> image)
    {
        _picture ??= new Picture(PushTObservation.ImageSize, PushTObservation.ImageSize);
        Snapshot(_frame);
        _picture.Draw(_frame, image);
    }

    private void ObserveState(Span<double> state)
    {
        (state[0], state[1]) = World.Agent;
        if (state.Length == 2)
            return;
        var block = World.Block;
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
