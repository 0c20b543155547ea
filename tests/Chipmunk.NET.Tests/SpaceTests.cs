using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EvalCore.Tests;

namespace Chipmunk.Tests;

public sealed unsafe class SpaceTests
{
    [Fact]
    public void A_body_falls_under_gravity()
    {
        using var space = new Space { Gravity = new Vect(0, 10) };
        using var body = new Body(1, 2);
        using var shape = new CircleShape(body, 1, default);
        space.Add(body);
        space.Add(shape);
        space.Step(0.5);
        space.Step(0.5);
        // Chipmunk integrates positions before velocities.
        Assert.Equal(new Vect(0, 10), body.Velocity);
        Assert.Equal(new Vect(0, 2.5), body.Position);
    }

    [Fact]
    public void Values_that_are_set_are_read_back()
    {
        using var space = new Space();
        Assert.Equal(10, space.Iterations);
        Assert.Equal((double)0.1f, space.CollisionSlop);
        Assert.Equal(1, space.Damping);
        Assert.Equal(BodyType.Static, space.StaticBody.Type);
        space.Damping = 0.25;
        space.Iterations = 3;
        space.CollisionSlop = 0.5;
        space.CollisionBias = 0.75;
        Assert.Equal((0.25, 3, 0.5, 0.75), (space.Damping, space.Iterations, space.CollisionSlop, space.CollisionBias));

        using var body = new Body(3, 4) { Angle = 0.5, Velocity = new Vect(1, 2), AngularVelocity = -1 };
        Assert.Equal((BodyType.Dynamic, 3.0, 4.0), (body.Type, body.Mass, body.Moment));
        Assert.Equal((0.5, new Vect(1, 2), -1.0), (body.Angle, body.Velocity, body.AngularVelocity));
        Assert.Equal(new Vect(Math.Cos(0.5), Math.Sin(0.5)), body.Rotation);
        using var kinematic = Body.NewKinematic();
        Assert.Equal(BodyType.Kinematic, kinematic.Type);

        using var segment = new SegmentShape(space.StaticBody, new Vect(1, 2), new Vect(3, 4), 5);
        Assert.Equal((new Vect(1, 2), new Vect(3, 4), 5.0), (segment.A, segment.B, segment.Radius));
        using var poly = new PolyShape(body, [new(0, 0), new(2, 0), new(1, 1), new(1, 0.5)], 0);
        Assert.Equal(3, poly.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => poly[3]);
        poly.Friction = 0.5;
        poly.Elasticity = 0.25;
        poly.CollisionType = 7;
        Assert.Equal((0.5, 0.25, (nuint)7), (poly.Friction, poly.Elasticity, poly.CollisionType));
    }

    [Fact]
    public void Setting_the_angle_rotates_the_origin_about_the_centre_of_gravity()
    {
        using var body = new Body(1, 1) { CenterOfGravity = new Vect(0, 45), Position = new Vect(100, 100) };
        body.Angle = Math.PI;
        Assert.Equal(100, body.Position.X, 1e-12);
        Assert.Equal(190, body.Position.Y, 1e-12);
        var there = body.LocalToWorld(new Vect(10, 0));
        Assert.Equal(90, there.X, 1e-12);
        Assert.Equal(10, body.WorldToLocal(there).X, 1e-12);
    }

    [Fact]
    public void PostSolve_reports_a_contact()
    {
        using var space = new Space();
        using var disc = new Body(1, 1) { Position = new Vect(0, 0), Velocity = new Vect(0, 1) };
        using var discShape = new CircleShape(disc, 1, default);
        using var floor = new SegmentShape(space.StaticBody, new Vect(-10, 1.5), new Vect(10, 1.5), 0.75);
        space.Add(disc);
        space.Add(discShape);
        space.Add(floor);
        Contact contact = default;
        var handler = space.AddCollisionHandler(0, 0);
        handler.UserData = &contact;
        handler.PostSolve = &Report;
        space.Step(0.01);

        Assert.Equal((1, 1), (contact.Calls, contact.Count));
        Assert.True(contact.First);
        Assert.Equal(1, Math.Abs(contact.Normal.Y));
        Assert.Equal(-0.26, contact.Distance, 1e-9);
        Assert.Equal(1, Math.Abs(contact.Impulse.Y), 1e-9);
        Assert.Equal(0, disc.Velocity.Y, 1e-9);
    }

    [Fact]
    public void Spaces_on_different_threads_are_independent()
    {
        Vect alone = Fall();
        var together = new Vect[8];
        Parallel.For(0, together.Length, i => together[i] = Fall());
        Assert.All(together, position => Assert.Equal(alone, position));

        static Vect Fall()
        {
            using var space = new Space { Gravity = new Vect(0.3, 10) };
            using var floor = new SegmentShape(space.StaticBody, new Vect(-100, 20), new Vect(100, 25), 1);
            using var body = new Body(1, 10);
            using var shape = new PolyShape(body, [new(-2, -2), new(2, -2), new(2, 2), new(-2, 2)], 0);
            space.Add(floor);
            space.Add(body);
            space.Add(shape);
            for (int i = 0; i < 500; i++)
                space.Step(0.01);
            return body.Position;
        }
    }

    [Fact]
    public void A_step_allocates_no_managed_memory()
    {
        using var space = new Space { Gravity = new Vect(0, 10) };
        using var body = new Body(1, 1);
        space.Add(body);
        Assert.Equal(0, Allocated.By(() =>
        {
            for (int i = 0; i < 100; i++)
                Step();
        }));

        void Step()
        {
            body.Velocity = new Vect(body.Position.Y, 0);
            space.Step(0.01);
        }
    }

    [Fact]
    public void Bodies_are_freed_after_their_space_in_any_order_of_disposal()
    {
        var space = new Space();
        var body = new Body(1, 1);
        var shape = new CircleShape(body, 1, default);
        space.Add(body);
        space.Add(shape);
        body.Dispose();
        shape.Dispose();
        space.Step(0.01);
        space.Dispose();
        Assert.True(body.Handle.IsClosed && shape.Handle.IsClosed && space.Handle.IsClosed);
        Assert.Throws<ObjectDisposedException>(() => space.Step(0.01));
    }

    [Fact]
    public void Unreferenced_spaces_are_finalized()
    {
        for (int i = 0; i < 200; i++)
            CreateUnreferenced();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void CreateUnreferenced()
        {
            var space = new Space();
            var body = new Body(1, 1);
            space.Add(body);
            space.Add(new CircleShape(body, 1, default));
            space.Step(0.01);
        }
    }

    [Fact]
    public void Calls_that_would_abort_the_process_throw()
    {
        using var space = new Space();
        using var body = new Body(1, 1);
        space.Add(body);
        Assert.Throws<InvalidOperationException>(() => space.Add(body));
        Assert.Throws<InvalidOperationException>(() => space.Add(space.StaticBody));
        using var circle = new CircleShape(body, 1, default);
        space.Add(circle);
        Assert.Throws<InvalidOperationException>(() => space.Add(circle));
        Assert.Throws<ArgumentException>(() => body.Velocity = new Vect(double.NaN, 0));
        Assert.Throws<ArgumentException>(() => body.Position = new Vect(0, double.PositiveInfinity));
        Assert.Throws<ArgumentException>(() => body.Angle = double.NaN);
        Assert.Throws<ArgumentException>(() => new Body(double.NaN, 1));
        Assert.Throws<ArgumentException>(() => new Body(0, 1));
        Assert.Throws<ArgumentException>(() => new Body(1, -1));
        Assert.Throws<ArgumentException>(() => circle.Friction = -1);
        Assert.Throws<ArgumentException>(() => circle.Elasticity = double.NaN);
        Assert.Throws<ArgumentException>(() => new CircleShape(body, double.NaN, default));
        Assert.Throws<ArgumentException>(() => new SegmentShape(body, new Vect(double.NaN, 0), default, 1));
        Assert.Throws<ArgumentException>(() => new PolyShape(body, [], 0));
        Assert.Throws<ArgumentException>(() => new PolyShape(body, [new(0, double.NaN)], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => space.Iterations = 0);
        Assert.Throws<ArgumentException>(() => space.Damping = -1);
        Assert.Throws<ArgumentException>(() => space.Gravity = new Vect(0, double.NaN));
        Assert.Throws<ArgumentException>(() => space.Step(double.NaN));
    }

    [Fact]
    public void A_body_and_its_shapes_are_in_one_space_only()
    {
        using var other = new Space();
        using var body = new Body(1, 1);
        using var shape = new CircleShape(body, 1, default);
        using var wall = new SegmentShape(other.StaticBody, default, new Vect(1, 1), 1);
        using (var space = new Space())
        {
            space.Add(body);
            Assert.Throws<InvalidOperationException>(() => other.Add(body));
            Assert.Throws<InvalidOperationException>(() => other.Add(shape));
            Assert.Throws<InvalidOperationException>(() => space.Add(wall));
            Assert.Throws<InvalidOperationException>(() => space.Add(other.StaticBody));
            space.Add(shape);
            space.Step(0.01);
        }

        Assert.Throws<InvalidOperationException>(() => other.Add(body));
        Assert.Throws<InvalidOperationException>(() => other.Add(shape));
        other.Add(wall);
        other.Step(0.01);
    }

    [Fact]
    public void The_static_body_is_gone_with_its_space()
    {
        var space = new Space();
        using var wall = new SegmentShape(space.StaticBody, default, new Vect(1, 1), 1);
        space.Add(wall);
        space.StaticBody.Position = new Vect(7, 8);
        Assert.Equal(new Vect(7, 8), wall.Body.Position);
        var handler = space.AddCollisionHandler(0, 0);
        space.Dispose();
        Assert.Throws<ObjectDisposedException>(() => wall.Body.Position);
        Assert.Throws<ObjectDisposedException>(() => wall.Body.Position = default);
        Assert.Throws<ObjectDisposedException>(() => wall.Friction = 1);
        Assert.Throws<ObjectDisposedException>(() => new CircleShape(space.StaticBody, 1, default));
        Assert.Throws<ObjectDisposedException>(() => handler.PostSolve = null);
        Assert.Equal(new Vect(1, 1), wall.B);
    }

    [Fact]
    public void A_static_body_keeps_its_space_from_being_collected()
    {
        var bodies = Enumerable.Range(0, 60).Select(_ => Create()).ToList();
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        using (new Space())
            Assert.All(bodies, body => Assert.Equal(new Vect(7, 8), body.Position));

        [MethodImpl(MethodImplOptions.NoInlining)]
        static Body Create() => new Space { StaticBody = { Position = new Vect(7, 8) } }.StaticBody;
    }

    /// <summary>A body in contact keeps pointers to contacts that its space owned.</summary>
    [Fact]
    public void A_body_cannot_be_changed_after_its_space()
    {
        using var body = new Body(1, 1) { Velocity = new Vect(0, 1) };
        using var shape = new CircleShape(body, 1, default);
        using (var space = new Space())
        {
            using var floor = new SegmentShape(space.StaticBody, new Vect(-10, 1.5), new Vect(10, 1.5), 0.75);
            space.Add(body);
            space.Add(shape);
            space.Add(floor);
            space.Step(0.01);
        }

        Assert.Throws<ObjectDisposedException>(() => body.Velocity = default);
        Assert.Throws<ObjectDisposedException>(() => shape.Elasticity = 1);
        Assert.True(double.IsFinite(body.Position.Y));
    }

    [Fact]
    public void Adding_and_stepping_in_a_callback_throw()
    {
        using var space = new Space();
        using var disc = new Body(1, 1) { Velocity = new Vect(0, 1) };
        using var discShape = new CircleShape(disc, 1, default);
        using var floor = new SegmentShape(space.StaticBody, new Vect(-10, 1.5), new Vect(10, 1.5), 0.75);
        space.Add(disc);
        space.Add(discShape);
        space.Add(floor);
        s_stepped = space;
        s_refused = 0;
        space.AddCollisionHandler(0, 0).PostSolve = &AddAndStep;
        space.Step(0.01);
        Assert.Equal(3, s_refused);
    }

    [Fact]
    public void The_first_space_prints_nothing()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
            start.ArgumentList.Add(typeof(SpaceTests).Assembly.Location);
        start.ArgumentList.Add("-method");
        start.ArgumentList.Add($"{typeof(SpaceTests).FullName}.{nameof(A_body_falls_under_gravity)}");
        using var process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        Assert.Contains("Total: 1", output, StringComparison.Ordinal);
        Assert.DoesNotContain("cpSpace", output, StringComparison.Ordinal);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Report(Arbiter arbiter, nint space, void* data)
    {
        var contact = (Contact*)data;
        contact->Calls++;
        contact->Count = arbiter.Count;
        contact->First = arbiter.IsFirstContact;
        contact->Normal = arbiter.Normal;
        contact->Impulse = arbiter.TotalImpulse;
        contact->Distance = arbiter.ContactPointSet[0].Distance;
    }

    private static Space? s_stepped;
    private static int s_refused;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void AddAndStep(Arbiter arbiter, nint space, void* data)
    {
        using var body = new Body(1, 1);
        foreach (Action action in (Action[])[() => s_stepped!.Add(body), () => s_stepped!.Step(0.01), () => arbiter.PointA(arbiter.Count)])
        {
            try
            {
                action();
            }
            catch (Exception e) when (e is InvalidOperationException or ArgumentOutOfRangeException)
            {
                s_refused++;
            }
        }
    }

    private struct Contact
    {
        public int Calls;
        public int Count;
        public bool First;
        public Vect Normal;
        public Vect Impulse;
        public double Distance;
    }
}
