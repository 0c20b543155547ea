using Chipmunk;

namespace Benchmarks.PushT.Physics;

/// <summary>
/// The physics: four walls, the agent, the block. gym-pusht builds it for every episode; the order of its parts decides the
/// order in which Chipmunk solves contacts, and so the last bits of every state.
/// </summary>
internal sealed class PushTSimulation : IDisposable
{
    /// <summary>Seconds per physics step.</summary>
    public const double TimeStep = 0.01;

    /// <summary>Physics steps per action: 10 actions a second.</summary>
    public const int Substeps = 10;

    private const double AgentRadius = 15;
    private const double WallRadius = 2;

    // A spring with damping moves the agent towards the action (gym-pusht: k_p, k_v).
    private const double Stiffness = 100;
    private const double DampingOfSpring = 20;

    private readonly Space _space = new();
    private readonly Body _agent = Body.NewKinematic();
    private readonly Body _block = new(Tee.Mass, Tee.Moment);
    private readonly Shape[] _shapes;
    private readonly ContactLog _contacts;

    /// <summary>Builds walls, agent and block.</summary>
    /// <param name="contacts">Receives the contacts.</param>
    /// <exception cref="DllNotFoundException">Chipmunk is not installed.</exception>
    public PushTSimulation(ContactLog contacts)
    {
        _contacts = contacts;
        // With damping 0 a dynamic body loses its velocity in every step: the block moves only while it is pushed.
        _space.Damping = 0;
        Handler = _space.AddCollisionHandler(0, 0);
        contacts.Listen(Handler);

        Span<Vect> corners = [new(5, 506), new(5, 5), new(506, 5), new(506, 506)];
        _shapes =
        [
            new SegmentShape(_space.StaticBody, corners[0], corners[1], WallRadius),
            new SegmentShape(_space.StaticBody, corners[1], corners[2], WallRadius),
            new SegmentShape(_space.StaticBody, corners[2], corners[3], WallRadius),
            new SegmentShape(_space.StaticBody, corners[0], corners[3], WallRadius),
            new CircleShape(_agent, AgentRadius, default),
            new PolyShape(_block, Tee.Bar, 0),
            new PolyShape(_block, Tee.Stem, 0),
        ];

        foreach (var wall in Walls)
            _space.Add(wall);
        _agent.Position = new Vect(256, 400);
        _space.Add(_agent);
        _space.Add(AgentShape);
        _block.CenterOfGravity = Tee.CenterOfGravity;
        _block.Angle = 0;
        _block.Position = new Vect(256, 300);
        _space.Add(_block);
        _space.Add(Bar);
        _space.Add(Stem);
    }

    /// <summary>The agent's position.</summary>
    public Vect Agent => _agent.Position;

    /// <summary>The block's pose.</summary>
    public Pose Block => new(_block.Position, _block.Angle);

    /// <summary>The walls: left, top, right, bottom.</summary>
    public ReadOnlySpan<Shape> Walls => _shapes.AsSpan(0, 4);

    /// <summary>The agent's shape.</summary>
    public Shape AgentShape => _shapes[4];

    /// <summary>The block's bar.</summary>
    public Shape Bar => _shapes[5];

    /// <summary>The block's stem.</summary>
    public Shape Stem => _shapes[6];

    /// <summary>Chipmunk's handler of contacts.</summary>
    public CollisionHandler Handler { get; }

    /// <summary>
    /// Starts an episode: sets the position before the angle, as gym-pusht does (the rotation then moves the block's origin),
    /// and makes one physics step.
    /// </summary>
    public void Begin(InitialState state)
    {
        _contacts.Clear();
        _agent.Position = state.Agent;
        _block.Position = state.Block;
        _block.Angle = state.Angle;
        _space.Step(TimeStep);
    }

    /// <summary>Plays one action: a target position of the agent, environment units, not clipped.</summary>
    /// <exception cref="ArgumentException">The position is so far away that the agent's velocity is not finite.</exception>
    public void Step(double x, double y)
    {
        _contacts.Clear();
        for (int i = 0; i < Substeps; i++)
            Substep(x, y);
    }

    /// <summary>One of the ten physics steps of <see cref="Step"/>.</summary>
    public void Substep(double x, double y)
    {
        _contacts.BeginSubstep();
        var p = _agent.Position;
        var v = _agent.Velocity;
        double ax = Stiffness * (x - p.X) + DampingOfSpring * (0 - v.X);
        double ay = Stiffness * (y - p.Y) + DampingOfSpring * (0 - v.Y);
        var next = new Vect(v.X + ax * TimeStep, v.Y + ay * TimeStep);
        if (!double.IsFinite(next.X) || !double.IsFinite(next.Y))
            throw new ArgumentException($"The action ({x}, {y}) is too far away: the agent's velocity is not finite.");
        _agent.Velocity = next;
        _space.Step(TimeStep);
    }

    /// <summary>
    /// The state, ten numbers: agent x, y and velocity; block x, y (its origin), velocity of its centre of gravity;
    /// angle, not wrapped; angular velocity.
    /// </summary>
    public void GetState(Span<double> state)
    {
        var (position, velocity) = (_agent.Position, _agent.Velocity);
        var (blockPosition, blockVelocity) = (_block.Position, _block.Velocity);
        (state[0], state[1], state[2], state[3]) = (position.X, position.Y, velocity.X, velocity.Y);
        (state[4], state[5], state[6], state[7]) = (blockPosition.X, blockPosition.Y, blockVelocity.X, blockVelocity.Y);
        (state[8], state[9]) = (_block.Angle, _block.AngularVelocity);
    }

    /// <summary>Sets the state of <see cref="GetState"/>. The angle comes first: a rotation moves the block's origin.</summary>
    public void SetState(ReadOnlySpan<double> state)
    {
        _contacts.Clear();
        _agent.Position = new Vect(state[0], state[1]);
        _agent.Velocity = new Vect(state[2], state[3]);
        _block.Angle = state[8];
        _block.Position = new Vect(state[4], state[5]);
        _block.Velocity = new Vect(state[6], state[7]);
        _block.AngularVelocity = state[9];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _space.Dispose();
        foreach (var shape in _shapes)
            shape.Dispose();
        _agent.Dispose();
        _block.Dispose();
    }
}
