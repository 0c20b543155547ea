using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>
/// Flow matching (Lipman et al., 2023) as openpi samples: from noise at time 1 to actions at time 0, in Euler steps along a
/// velocity that a network predicts.
/// </summary>
internal static class FlowMatching
{
    /// <summary>The time at the start of each step.</summary>
    public static float[] Times(int steps)
    {
        double dt = -1.0 / steps;
        return [.. Enumerable.Range(0, steps).Select(step => (float)(1.0 + step * dt))];
    }

    /// <summary>
    /// Sines and cosines of a time, of periods that grow exponentially: [times, width] float32, computed in double precision.
    /// </summary>
    public static Tensor TimeEmbedding(float[] times, long width, double minPeriod, double maxPeriod)
    {
        int half = (int)width / 2;
        float[] values = new float[times.Length * 2 * half];
        for (int i = 0; i < half; i++)
        {
            double fraction = half == 1 ? 0 : (double)i / (half - 1);
            double frequency = 2 * Math.PI / (minPeriod * Math.Pow(maxPeriod / minPeriod, fraction));
            for (int k = 0; k < times.Length; k++)
            {
                values[k * 2 * half + i] = (float)Math.Sin(frequency * times[k]);
                values[k * 2 * half + half + i] = (float)Math.Cos(frequency * times[k]);
            }
        }

        return tensor(values).view(times.Length, 2 * half);
    }

    /// <summary>Integrates.</summary>
    /// <param name="noise">The start, of any shape.</param>
    /// <param name="steps">How many steps there are.</param>
    /// <param name="velocity">The velocity of a sample at the start of a step, of the same shape.</param>
    public static Tensor Integrate(Tensor noise, int steps, Func<Tensor, int, Tensor> velocity)
    {
        var dt = Scalars.Of(-1.0 / steps);
        var x = noise;
        for (int step = 0; step < steps; step++)
        {
            using var scope = NewDisposeScope();
            x = velocity(x, step).mul(dt).PlusInPlace(x).MoveToOuterDisposeScope();
        }

        return x;
    }
}
