using EvalCore.Remote.Requests;

namespace EvalCore.Remote.Tests.Requests;

/// <summary>openpi's and vla-eval's preparation of images and states (goldens/remote/client_preprocessing.safetensors).</summary>
public sealed class PreprocessingTests
{
    [Theory]
    [InlineData("a_256_to_224")]
    [InlineData("b_48x64_to_32")]
    [InlineData("c_64x48_to_32")]
    [InlineData("d_20x30_to_45x50")]
    [InlineData("e_37x53_to_31x29")]
    [InlineData("f_same_32")]
    public void An_image_is_resized_bit_for_bit(string name)
    {
        using var file = Goldens.Open("remote/client_preprocessing.safetensors");
        var (input, output) = (file[name + ".input"], file[name + ".output"]);
        byte[] resized = new byte[file.Read<byte>(name + ".output").Length];
        resized.AsSpan().Fill(77);
        new ResizeWithPad((int)input.Shape[0], (int)input.Shape[1], (int)output.Shape[0], (int)output.Shape[1]).Apply(file.Span<byte>(name + ".input"), resized);
        Assert.Equal(file.Read<byte>(name + ".output"), resized);
    }

    [Fact]
    public void A_quaternion_becomes_axis_times_angle_as_each_peer_computes_it()
    {
        using var file = Goldens.Open("remote/client_preprocessing.safetensors");
        double[] quaternions = file.Read<double>("quat.xyzw");
        double[] openpi = file.Read<double>("quat.axisangle_openpi_f64");
        float[] shortest = file.Read<float>("quat.axisangle_vla_default_f32");
        float[] kept = file.Read<float>("quat.axisangle_vla_no_antipodal_f32");
        Span<double> result = stackalloc double[3];
        double largest = 0;
        for (int i = 0; i < quaternions.Length / 4; i++)
        {
            var quaternion = quaternions.AsSpan(4 * i, 4);
            AxisAngle.From(quaternion, QuaternionRule.Kept, result);
            for (int k = 0; k < 3; k++)
            {
                largest = Math.Max(largest, Math.Abs(openpi[3 * i + k] - result[k]));
                Assert.Equal(kept[3 * i + k], (float)result[k]);
            }

            AxisAngle.From(quaternion, QuaternionRule.Shortest, result);
            for (int k = 0; k < 3; k++)
                Assert.Equal(shortest[3 * i + k], (float)result[k]);
        }

        // acos differs between C libraries in the last place.
        Assert.InRange(largest, 0, 4e-15);
        TestContext.Current.TestOutputHelper?.WriteLine($"largest difference {largest:R}");
    }
}
