using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using Chipmunk;
using EvalCore.Tests;

namespace Benchmarks.PushT.Tests;

/// <summary>The solver's view: which pairs touch, in which order, where, and with what impulse.</summary>
public sealed unsafe class ContactTests
{
    private sealed record Contact(nint A, nint B, bool First, Vect Normal, Vect Impulse, ContactPoint[] Points);

    [Fact]
    public void Contacts_of_each_physics_step_are_the_references()
    {
        using var trajectories = Goldens.Open("pusht/trajectories_states.safetensors");
        using var json = JsonDocument.Parse(File.ReadAllText(Goldens.Find("pusht/contact_trace.json")));
        long[] seeds = trajectories.Read<long>("seed");
        double[] actions = trajectories.Read<double>("action");
        int steps = (int)trajectories["action"].Shape[1];
        using var environment = TestEnvironments.Keypoints();
        int compared = 0;

        foreach (var episode in json.RootElement.EnumerateArray())
        {
            int e = episode.GetProperty("episode").GetInt32();
            environment.Reset(TestEnvironments.Episode(seeds[e]));
            var contacts = new List<Contact>();
            var list = GCHandle.Alloc(contacts);
            var handler = environment.Simulation.Handler;
            handler.UserData = (void*)GCHandle.ToIntPtr(list);
            handler.PostSolve = &Record;

            int played = 0;
            foreach (var expected in episode.GetProperty("substeps").EnumerateArray())
            {
                for (int substep = expected.GetProperty("substep").GetInt32(); played <= substep; played++)
                {
                    contacts.Clear();
                    int i = 2 * (e * steps + played / 10);
                    environment.Simulation.Substep(actions[i], actions[i + 1]);
                }

                Compare(expected, contacts, environment);
                compared++;
            }

            list.Free();
        }

        Assert.Equal(120, compared);
    }

    private static void Compare(JsonElement expected, List<Contact> contacts, PushTEnvironment environment)
    {
        string at = $"substep {expected.GetProperty("substep").GetInt32()}";
        Equal.BitForBit(Numbers(expected.GetProperty("state")), environment.State(), $"{at}: state");
        var arbiters = expected.GetProperty("arbiters").EnumerateArray().ToArray();
        Assert.Equal(arbiters.Length, contacts.Count);
        for (int i = 0; i < arbiters.Length; i++)
        {
            var (arbiter, contact) = (arbiters[i], contacts[i]);
            Assert.Equal(arbiter.GetProperty("a").GetString(), Name(contact.A, environment));
            Assert.Equal(arbiter.GetProperty("b").GetString(), Name(contact.B, environment));
            Assert.Equal(arbiter.GetProperty("first").GetBoolean(), contact.First);
            Same(arbiter.GetProperty("normal"), contact.Normal, $"{at}: normal");
            Same(arbiter.GetProperty("total_impulse"), contact.Impulse, $"{at}: impulse");
            var points = arbiter.GetProperty("points").EnumerateArray().ToArray();
            Assert.Equal(points.Length, contact.Points.Length);
            for (int k = 0; k < points.Length; k++)
            {
                Same(points[k].GetProperty("a"), contact.Points[k].PointA, $"{at}: point on the first shape");
                Same(points[k].GetProperty("b"), contact.Points[k].PointB, $"{at}: point on the second shape");
                Equal.BitForBit([points[k].GetProperty("distance").GetDouble()], [contact.Points[k].Distance], $"{at}: distance");
            }
        }
    }

    private static void Same(JsonElement expected, Vect actual, string what) =>
        Equal.BitForBit(Numbers(expected), [actual.X, actual.Y], what);

    private static double[] Numbers(JsonElement json) => [.. json.EnumerateArray().Select(n => n.GetDouble())];

    private static string Name(nint shape, PushTEnvironment environment)
    {
        var world = environment.Simulation;
        if (shape == world.AgentShape.Handle.DangerousGetHandle())
            return "agent";
        if (shape == world.Bar.Handle.DangerousGetHandle())
            return "bar";
        if (shape == world.Stem.Handle.DangerousGetHandle())
            return "stem";
        foreach (var wall in world.Walls)
        {
            if (shape == wall.Handle.DangerousGetHandle())
            {
                var segment = (SegmentShape)wall;
                return $"wall({segment.A.X},{segment.A.Y})-({segment.B.X},{segment.B.Y})";
            }
        }

        return "unknown";
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Record(Arbiter arbiter, nint space, void* data)
    {
        var contacts = (List<Contact>)GCHandle.FromIntPtr((nint)data).Target!;
        arbiter.GetShapes(out nint a, out nint b);
        var set = arbiter.ContactPointSet;
        var points = new ContactPoint[set.Count];
        for (int i = 0; i < points.Length; i++)
            points[i] = set[i];
        contacts.Add(new Contact(a, b, arbiter.IsFirstContact, arbiter.Normal, arbiter.TotalImpulse, points));
    }
}
