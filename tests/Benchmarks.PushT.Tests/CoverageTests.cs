using Benchmarks.PushT.Physics;
using Chipmunk;
using EvalCore.Tests;
using FsCheck.Xunit;

namespace Benchmarks.PushT.Tests;

public sealed class CoverageTests
{
    [Fact]
    public void Coverage_of_stored_poses_is_the_references()
    {
        using var golden = Goldens.Open("pusht/coverage.safetensors");
        double[] poses = golden.Read<double>("pose");
        double[] coverage = golden.Read<double>("coverage");
        double[] vertices = golden.Read<double>("world_vertices");
        double[] keypoints = golden.Read<double>("keypoints");
        byte[] success = golden.Read<byte>("is_success");
        var corners = new Vect[8];
        double[] read = new double[16];
        for (int i = 0; i < coverage.Length; i++)
        {
            var pose = new Pose(new Vect(poses[3 * i], poses[3 * i + 1]), poses[3 * i + 2]);
            Equal.Area(coverage[i], Coverage.Of(pose), $"pose {i}");
            Assert.Equal(success[i] != 0, Coverage.Of(pose) > Coverage.Success);
            pose.Corners(corners);
            // The reference lists a body's shapes in no fixed order: the stem may come first.
            double[] flat = [.. corners.SelectMany(c => new[] { c.X, c.Y })];
            var expected = TestEnvironments.Row(vertices, i, 16);
            double[] ordered = expected[0] == flat[0] ? flat : [.. flat[8..], .. flat[..8]];
            Equal.BitForBit(expected, ordered, $"pose {i}: corners");
            Keypoints.Write(pose, read);
            Equal.BitForBit(TestEnvironments.Row(keypoints, i, 16), read, $"pose {i}: keypoints");
        }
    }

    [Fact]
    public void A_block_in_the_goal_covers_it() => Equal.Area(1, Coverage.Of(Pose.Goal), "the goal");

    [Property]
    public void Coverage_is_between_0_and_1(short x, short y, double angle)
    {
        if (double.IsFinite(angle))
            Assert.InRange(Coverage.Of(new Pose(new Vect(256 + x / 100.0, 256 + y / 100.0), angle)), -1e-12, 1 + 1e-12);
    }
}
