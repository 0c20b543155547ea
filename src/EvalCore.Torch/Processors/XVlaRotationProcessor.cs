using static TorchSharp.torch;

namespace EvalCore.Torch.Processors;

/// <summary>
/// <c>xvla_rotation_6d_to_axis_angle</c>: of an action's numbers the first three are the target's position, six are two
/// columns of its rotation matrix and become axis times angle (rad), and the tenth opens or closes the gripper: above 0.5 it
/// becomes 1, else -1. The others are left out.
/// </summary>
/// <remarks>
/// X-VLA takes the quaternion from the eigenvector of a symmetric matrix (Bar-Itzhack, 2000), in single precision; of a
/// rotation matrix it is the quaternion itself, which is computed here in closed form and in double precision.
/// </remarks>
internal sealed class XVlaRotationProcessor : IProcessorStep
{
    public const string Name = "xvla_rotation_6d_to_axis_angle";

    /// <summary>How many numbers an action has afterwards.</summary>
    public const int Outputs = 7;

    private const int Inputs = 10;

    public void Process(Transition transition)
    {
        if (transition.Action is not { } action)
            return;
        using var scope = NewDisposeScope();
        long[] shape = action.shape;
        int width = (int)shape[^1];
        if (width < Inputs)
            throw new EvalCoreException($"step '{Name}': an action has {width} numbers, but it needs {Inputs}");
        float[] values = action.to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
        float[] converted = new float[values.Length / width * Outputs];
        for (int row = 0; row < values.Length / width; row++)
            Convert(values.AsSpan(row * width, width), converted.AsSpan(row * Outputs, Outputs));
        shape[^1] = Outputs;
        transition.Action = tensor(converted).reshape(shape).to(action.dtype).to(action.device).MoveToOuterDisposeScope();
    }

    private static void Convert(ReadOnlySpan<float> action, Span<float> converted)
    {
        action[..3].CopyTo(converted);
        AxisAngle(action[3..9], converted[3..6]);
        converted[6] = action[9] > 0.5f ? 1 : -1;
    }

    /// <summary>Makes two columns orthonormal (Gram-Schmidt), as the network's need not be, and gives the rotation's axis times its angle.</summary>
    private static void AxisAngle(ReadOnlySpan<float> columns, Span<float> rotation)
    {
        const double Eps = 1e-6;
        Span<double> x = [columns[0], columns[1], columns[2]];
        Span<double> y = [columns[3], columns[4], columns[5]];
        Scale(x, 1 / (Norm(x) + Eps));
        double along = x[0] * y[0] + x[1] * y[1] + x[2] * y[2];
        for (int i = 0; i < 3; i++)
            y[i] -= along * x[i];
        Scale(y, 1 / (Norm(y) + Eps));
        Span<double> z = [x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2], x[0] * y[1] - x[1] * y[0]];

        // Of the four forms of the quaternion (x, y, z, w), that of its largest component.
        Span<double> quaternion = stackalloc double[4];
        double trace = x[0] + y[1] + z[2];
        Span<double> candidates = [x[0] - y[1] - z[2], y[1] - x[0] - z[2], z[2] - x[0] - y[1], trace];
        int largest = 0;
        for (int i = 1; i < 4; i++)
            largest = candidates[i] > candidates[largest] ? i : largest;
        Span<double> form = largest switch
        {
            0 => [1 + candidates[0], x[1] + y[0], z[0] + x[2], y[2] - z[1]],
            1 => [x[1] + y[0], 1 + candidates[1], y[2] + z[1], z[0] - x[2]],
            2 => [z[0] + x[2], y[2] + z[1], 1 + candidates[2], x[1] - y[0]],
            _ => [y[2] - z[1], z[0] - x[2], x[1] - y[0], 1 + trace],
        };
        double length = Math.Sqrt(form[0] * form[0] + form[1] * form[1] + form[2] * form[2] + form[3] * form[3]);
        for (int i = 0; i < 4; i++)
            quaternion[i] = form[i] / (form[3] < 0 ? -length : length);

        double w = Math.Clamp(quaternion[3], -1, 1);
        double den = Math.Sqrt(1 - w * w);
        double factor = den == 0 ? 0 : 2 * Math.Acos(w) / den;
        for (int i = 0; i < 3; i++)
            rotation[i] = (float)(quaternion[i] * factor);
    }

    private static double Norm(ReadOnlySpan<double> v) => Math.Sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);

    private static void Scale(Span<double> v, double factor)
    {
        for (int i = 0; i < v.Length; i++)
            v[i] *= factor;
    }
}
