using Benchmarks.Libero.Control;
using EvalCore.Tests;

namespace Benchmarks.Libero.Tests.Control;

/// <summary>The conversions of rotations against those that robosuite and LeRobot computed.</summary>
public sealed class RotationTests
{
    private const int Samples = 200;

    [Fact]
    public void A_relative_rotation_becomes_the_recorded_matrix_bit_for_bit()
    {
        using var file = Goldens.Open("libero/traj/rot.safetensors");
        double[] vectors = file.Read<double>("axis_angle"), quaternions = file.Read<double>("quat_xyzw");
        double[] matrices = file.Read<double>("matrix"), quaternion = new double[4], matrix = new double[9];
        for (int i = 0; i < Samples; i++)
        {
            var q = Rotation.FromAxisAngle(vectors.AsSpan(3 * i, 3));
            q.CopyXyzwTo(quaternion);
            Assert.Equal(quaternions[(4 * i)..(4 * i + 4)], quaternion);
            Rotation.ToMatrix(q, matrix);
            Assert.Equal(matrices[(9 * i)..(9 * i + 9)], matrix);
        }
    }

    [Fact]
    public void An_absolute_rotation_becomes_the_recorded_matrix_bit_for_bit()
    {
        using var file = Goldens.Open("libero/traj/rot.safetensors");
        double[] vectors = [.. file.Read<float>("absolute_axis_angle_f32")];
        double[] matrices = file.Read<double>("absolute_matrix"), matrix = new double[9];
        for (int i = 0; i < Samples; i++)
        {
            Rotation.ToMatrix(Rotation.FromAxisAngleFloat32(vectors.AsSpan(3 * i, 3)), matrix);
            Assert.Equal(matrices[(9 * i)..(9 * i + 9)], matrix);
        }
    }

    // torch takes the square root and the arc cosine from Intel's MKL, which rounds as the processor does: one root in four is not
    // the nearest number. With MKL's functions the result is the recorded one, bit for bit.
    [Fact]
    public void The_policy_s_axis_angle_vector_is_within_three_units_in_the_last_place_of_the_recorded_one()
    {
        using var file = Goldens.Open("libero/traj/rot.safetensors");
        double[] quaternions = file.Read<double>("policy_quat_xyzw");
        float[] expected = file.Read<float>("policy_axis_angle");
        Span<double> vector = stackalloc double[3];
        for (int i = 0; i < Samples; i++)
        {
            var q = quaternions.AsSpan(4 * i, 4);
            Rotation.ToAxisAngle(q[0], q[1], q[2], q[3], vector);
            for (int k = 0; k < 3; k++)
            {
                float value = expected[3 * i + k];
                Assert.InRange(Math.Abs(vector[k] - value), 0, 3 * (MathF.BitIncrement(Math.Abs(value)) - Math.Abs(value)));
            }
        }
    }

    [Theory, InlineData(0f), InlineData(1e-30f), InlineData(-0.3f), InlineData(1.6f), InlineData(-4f), InlineData(100f), InlineData(1e6f)]
    public void Sine_and_cosine_are_right_to_single_precision(float x)
    {
        Assert.Equal(Math.Sin(x), NumpyFloat32.Sin(x), 1e-6);
        Assert.Equal(Math.Cos(x), NumpyFloat32.Cos(x), 1e-6);
    }
}
