namespace EvalCore.Remote.Requests;

/// <summary>Quaternions as axis times angle, in float64.</summary>
internal static class AxisAngle
{
    private const double SmallestSine = 1e-8;

    /// <summary>Converts a quaternion.</summary>
    /// <param name="quaternion">x, y, z, w.</param>
    /// <param name="rule">What is done where w is below 0.</param>
    /// <param name="result">Receives three numbers, radians.</param>
    public static void From(ReadOnlySpan<double> quaternion, QuaternionRule rule, Span<double> result)
    {
        var (x, y, z, w) = (quaternion[0], quaternion[1], quaternion[2], quaternion[3]);
        if (rule == QuaternionRule.Shortest && w < 0)
            (x, y, z, w) = (-x, -y, -z, -w);
        w = Math.Clamp(w, -1, 1);
        double sine = Math.Sqrt(1 - w * w);
        if (rule == QuaternionRule.Shortest ? sine < SmallestSine : sine == 0)
        {
            result[..3].Clear();
            return;
        }

        double angle = 2 * Math.Acos(w);
        (result[0], result[1], result[2]) = (x * angle / sine, y * angle / sine, z * angle / sine);
    }
}
