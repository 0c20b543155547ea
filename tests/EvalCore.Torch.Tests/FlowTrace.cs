using EvalCore.Torch.Layers;
using Safetensors;
using static EvalCore.Torch.Tests.Closeness;
using static TorchSharp.torch;

namespace EvalCore.Torch.Tests;

/// <summary>What LeRobot had inside a chunk's inference by flow matching: its <c>_trace</c> files.</summary>
internal static class FlowTrace
{
    /// <summary>The tokens that LeRobot does not mask, in its order, are ours.</summary>
    public static void CheckPrefix(SafetensorsFile trace, TokenSequence prefix, int batch, double tolerance)
    {
        bool[] masks = [.. trace.Span<bool>("prefix.pad_masks")];
        float[] reference = trace.Read<float>("prefix.embs");
        float[] embeddings = [.. prefix.Embeddings.contiguous().data<float>()];
        int width = reference.Length / masks.Length;
        Assert.Equal(masks.Length, batch * (masks.Length / batch));
        int tokens = masks.Length / batch;
        for (int row = 0; row < batch; row++)
        {
            float[] expected = [.. reference.Skip(row * tokens * width).Take(tokens * width).Where((_, i) => masks[row * tokens + i / width])];
            float[] actual = [.. embeddings.Skip(row * prefix.Length * width).Take(prefix.Length * width).Where((_, i) => prefix.Real(row)[i / width])];
            Close(expected, actual, tolerance * Math.Max(1, Largest(expected)), $"prefix {row}");
        }
    }

    /// <summary>Given LeRobot's velocities, the sampler has LeRobot's samples.</summary>
    public static void CheckSteps(SafetensorsFile trace)
    {
        long[] shape = [.. trace["denoise.x_t"].Shape];
        var (steps, batch) = ((int)shape[0], (int)shape[1]);
        var samples = tensor(trace.Read<float>("denoise.x_t")).view(shape);
        var velocities = tensor(trace.Read<float>("denoise.v_t")).view(shape);
        Assert.Equal(trace.Read<float>("denoise.time"), FlowMatching.Times(steps).SelectMany(time => Enumerable.Repeat(time, batch)));
        FlowMatching.Integrate(samples[0], steps, (x, step) =>
        {
            Close(samples[step].data<float>().ToArray(), x.data<float>().ToArray(), 1e-6, $"x at step {step}");
            return velocities[step];
        });
    }

    /// <summary>The network has LeRobot's velocities.</summary>
    public static void CheckVelocities(SafetensorsFile trace, NetworkCase test)
    {
        float[] expected = trace.Read<float>("denoise.v_t");
        var actual = new List<float>();
        test.Network.ForwardHook = (name, output) =>
        {
            if (name == "model.action_out_proj")
                actual.AddRange(output.contiguous().data<float>());
        };
        test.PredictTogether();
        Close(expected, actual.ToArray(), 1e-5 * Math.Max(1, Largest(expected)), "velocities");
    }
}
