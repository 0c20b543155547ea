using System.Security.Cryptography;
using System.Text.Json;
using Benchmarks.PushT.Rendering;
using Chipmunk;
using EvalCore.Environments;
using EvalCore.Tests;

namespace Benchmarks.PushT.Tests;

/// <summary>
/// Each step of rendering, from geometry to draw list, canvas, resized image and marker, gives the reference's result, byte
/// for byte.
/// </summary>
public sealed class ImageTests
{
    public static TheoryData<int> Frames => [.. Enumerable.Range(0, 42)];

    [Theory]
    [MemberData(nameof(Frames))]
    public void A_state_is_rendered_as_the_reference_renders_it(int index)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Goldens.Find("pusht/frames.json")));
        var expected = json.RootElement[index];
        using var environment = new PushTEnvironment("pixels");
        Reach(environment, expected);
        double[] state = new double[environment.SnapshotLength];
        environment.Snapshot(state);
        if (expected.GetProperty("source").GetString() == "trajectory_then_reset")
        {
            // The reference keeps the last action over a reset; here a reset forgets it.
            Assert.Equal(FrameState.NoAction, FrameState.ActionOf(state));
            var last = expected.GetProperty("last_action");
            FrameState.SetAction(state, new Vect(last[0].GetDouble(), last[1].GetDouble()));
        }

        Assert.Equal(expected.GetProperty("n_contact_lines").GetInt32(), FrameState.LineCountOf(state));
        var renderer96 = new ImageRenderer(96, 96);
        byte[] image = new byte[96 * 96 * 3];
        renderer96.Render(state, image);
        Assert.Equal(DrawListOf(expected), DrawListOf(renderer96));
        Assert.Equal(expected.GetProperty("sha256_surface512").GetString(), Hash(renderer96.Canvas));

        Assert.Equal(expected.GetProperty("sha256_obs96").GetString(), Hash(image));
        var observation = new Observation(environment.ObservationSpace);
        environment.Observe(observation);
        Assert.Equal(image, observation.Image(PushTObservation.Image));

        using var renderer = new PushTRenderer(384, 384);
        byte[] frame = new byte[384 * 384 * 3];
        renderer.Render(state, frame);
        Assert.Equal(expected.GetProperty("sha256_render384").GetString(), Hash(frame));
    }

    [Fact]
    public void Observed_images_and_frames_have_the_references_bytes()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Goldens.Find("pusht/frames.json")));
        using var golden = Goldens.Open("pusht/frames.safetensors");
        long[] indices = golden.Read<long>("render384_index");
        using var environment = new PushTEnvironment("pixels");
        using var renderer = new PushTRenderer(384, 384);
        var observation = new Observation(environment.ObservationSpace);
        double[] state = new double[environment.SnapshotLength];
        byte[] frame = new byte[384 * 384 * 3];
        for (int i = 0; i < json.RootElement.GetArrayLength(); i++)
        {
            Reach(environment, json.RootElement[i]);
            environment.Observe(observation);
            var image = observation.Image(PushTObservation.Image);
            Assert.Equal(golden.Span<byte>("obs96").Slice(i * image.Length, image.Length), image);
            int stored = Array.IndexOf(indices, i);
            if (stored < 0)
                continue;
            environment.Snapshot(state);
            renderer.Render(state, frame);
            Assert.Equal(golden.Span<byte>("render384").Slice(stored * frame.Length, frame.Length), frame);
        }
    }

    [Fact]
    public void The_canvas_has_the_references_pixels()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Goldens.Find("pusht/frames.json")));
        using var golden = Goldens.Open("pusht/frames.safetensors");
        const int Pixels = 512 * 512;
        long[] indices = golden.Read<long>("surface512_index");
        byte[] colours = golden.Read<byte>("surface512_indices");
        byte[] palettes = golden.Read<byte>("surface512_palette");
        var renderer96 = new ImageRenderer(96, 96);
        byte[] image = new byte[96 * 96 * 3];
        byte[] expected = new byte[Pixels * 3];
        for (int i = 0; i < indices.Length; i++)
        {
            for (int p = 0; p < Pixels; p++)
                palettes.AsSpan(3 * (256 * i + colours[i * Pixels + p]), 3).CopyTo(expected.AsSpan(3 * p));
            using var environment = new PushTEnvironment("pixels");
            Reach(environment, json.RootElement[(int)indices[i]]);
            double[] state = new double[environment.SnapshotLength];
            environment.Snapshot(state);
            renderer96.Render(state, image);
            Assert.Equal(expected, renderer96.Canvas);
        }
    }

    /// <summary>How far cv2.drawMarker's cross reaches in the rows below its middle: reach x number of rows.</summary>
    [Theory]
    [InlineData(96, "4x1 0x4")]
    [InlineData(160, "6x1 0x6")]
    [InlineData(192, "9x1 8x1 1x7 0x1")]
    [InlineData(300, "14x1 13x1 12x1 2x10 1x1 0x1")]
    [InlineData(384, "18x1 17x1 16x1 2x14 1x1 0x1")]
    [InlineData(480, "23x1 22x2 20x1 3x17 2x2 0x1")]
    [InlineData(720, "34x1 33x2 32x1 30x1 4x26 3x2 2x1 0x1")]
    [InlineData(2048, "96x1 95x4 94x2 93x1 92x1 91x1 89x1 85x1 11x74 10x4 9x2 8x1 7x1 6x1 4x1 0x1")]
    public void The_marker_has_opencvs_shape_at_any_size(int size, string shape)
    {
        int[] expected = [.. shape.Split(' ').Select(run => run.Split('x').Select(int.Parse).ToArray()).SelectMany(r => Enumerable.Repeat(r[0], r[1]))];
        byte[] frame = new byte[size * size * 3];
        new ActionMarker(size, size).Draw(new Vect(256, 256), frame);
        int middle = (int)(0.5 * size);
        for (int y = 0; y < size; y++)
        {
            int row = Math.Abs(y - middle);
            for (int x = 0; x < size; x++)
            {
                bool red = row < expected.Length && Math.Abs(x - middle) <= expected[row];
                if (red != (frame[3 * (y * size + x)] == 255))
                    Assert.Fail($"pixel {x - middle}, {y - middle} from the middle");
            }
        }
    }

    [Theory]
    [InlineData(-1e9, 3)]
    [InlineData(-3, 515)]
    [InlineData(511.9, 1e300)]
    public void The_marker_is_clipped_at_the_borders(double x, double y)
    {
        byte[] frame = new byte[200 * 300 * 3];
        new ActionMarker(200, 300).Draw(new Vect(x, y), frame);
        Assert.True(frame.Count(b => b == 255) < 400);
    }

    [Fact]
    public void Primitives_far_outside_do_not_change_the_canvas()
    {
        var canvas = new Canvas();
        canvas.Clear(Ink.White);
        byte[] white = canvas.Pixels.ToArray();
        Point[] far = [new(-1 << 20, -1 << 20), new(-5, 1 << 20), new(-9, -7), new(-700, 1000)];
        foreach (var a in far)
        {
            foreach (var b in far)
            {
                canvas.Draw(new Primitive(PrimitiveKind.Line, Ink.Wall, 4, a, b));
                canvas.Draw(new Primitive(PrimitiveKind.AntiAliasedLine, Ink.Wall, 1, a, b));
                canvas.Draw(new Primitive(PrimitiveKind.Polygon, Ink.Wall, 0, a, b, new Point(-3, -3), a));
            }

            canvas.Draw(new Primitive(PrimitiveKind.Circle, Ink.Wall, 15, new Point(a.X - 20, a.Y)));
        }

        Assert.Equal(white, canvas.Pixels);
    }

    [Fact]
    public void Rendering_allocates_nothing()
    {
        using var environment = new PushTEnvironment("pixels");
        environment.Reset(TestEnvironments.Episode(0));
        double[] state = new double[environment.SnapshotLength];
        byte[] frame = new byte[384 * 384 * 3];
        var observation = new Observation(environment.ObservationSpace);
        using var renderer = new PushTRenderer(384, 384);
        environment.Step([300, 300]);
        Assert.Equal(0, Allocated.By(() =>
        {
            environment.Observe(observation);
            environment.Snapshot(state);
            renderer.Render(state, frame);
        }));
    }

    /// <summary>Brings an environment into the state a stored frame shows.</summary>
    private static void Reach(PushTEnvironment environment, JsonElement frame)
    {
        string source = frame.GetProperty("source").GetString()!;
        switch (source)
        {
            case "reset_seed":
                environment.Reset(TestEnvironments.Episode(frame.GetProperty("seed").GetInt64()));
                break;
            case "reset_to_state":
                using (var resets = Goldens.Open("pusht/resets_to_state.safetensors"))
                    environment.Reset(TestEnvironments.Initial(resets.Span<double>("reset_to_state").Slice(5 * frame.GetProperty("row").GetInt32(), 5)));
                break;
            case "trajectory" or "trajectory_then_reset":
                Play(environment, "pusht/trajectories_states.safetensors", frame.GetProperty("episode").GetInt32(), frame.GetProperty("steps").GetInt32());
                if (frame.TryGetProperty("then_reset_seed", out var seed))
                    environment.Reset(TestEnvironments.Episode(seed.GetInt64()));
                break;
            case "success":
                Play(environment, "pusht/success.safetensors", frame.GetProperty("case").GetInt32(), frame.GetProperty("steps").GetInt32());
                break;
            default:
                Assert.Fail($"unknown source '{source}'");
                break;
        }
    }

    private static void Play(PushTEnvironment environment, string file, int episode, int steps)
    {
        using var golden = Goldens.Open(file);
        long seed = golden.Span<long>("seed")[episode];
        if (seed >= 0)
            environment.Reset(TestEnvironments.Episode(seed));
        else
            environment.Reset(TestEnvironments.Initial(golden.Span<double>("reset_to_state").Slice(5 * episode, 5)));
        int length = (int)golden["action"].Shape[1];
        for (int t = 0; t < steps; t++)
            environment.Step(golden.Span<double>("action").Slice(2 * (episode * length + t), 2));
    }

    private static string DrawListOf(JsonElement frame) =>
        Listed(frame.GetProperty("draw_list").EnumerateArray().Select(Line));

    /// <summary>The reference lists the two parts of the goal in no fixed order.</summary>
    private static string Listed(IEnumerable<string> primitives)
    {
        string[] lines = [.. primitives];
        lines.AsSpan(0, DrawList.GoalLength).Sort(StringComparer.Ordinal);
        return string.Join('\n', lines);
    }

    private static string Line(JsonElement primitive)
    {
        string op = primitive.GetProperty("op").GetString()!;
        string colour = string.Join(',', primitive.GetProperty("color").EnumerateArray().Select(c => c.GetInt32()));
        var points = op == "circle" ? [primitive.GetProperty("center")] : primitive.GetProperty("points").EnumerateArray().ToArray();
        int size = primitive.TryGetProperty("width", out var n) || primitive.TryGetProperty("radius", out n) ? n.GetInt32()
            : op == "aaline" ? 1 : 0;
        return $"{op} {colour} {size} {string.Join(' ', points.Select(p => $"({p[0].GetInt32()},{p[1].GetInt32()})"))}";
    }

    private static string DrawListOf(ImageRenderer renderer)
    {
        var lines = new List<string>();
        foreach (ref readonly var primitive in renderer.Primitives)
        {
            string op = primitive.Kind == PrimitiveKind.AntiAliasedLine ? "aaline" : primitive.Kind.ToString().ToLowerInvariant();
            var ink = primitive.Ink;
            lines.Add($"{op} {ink.Red},{ink.Green},{ink.Blue} {primitive.Size} {string.Join(' ', primitive.Points.ToArray().Select(p => $"({p.X},{p.Y})"))}");
        }

        return Listed(lines);
    }

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
