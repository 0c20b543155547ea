using System.Text.Json.Nodes;
using Safetensors;

namespace EvalCore.Onnx.Tests.Graphs;

/// <summary>
/// Diffusion Policy as nodes, its loop of denoising steps written out: normalised observations and noise to a trajectory of
/// normalised actions.
/// </summary>
internal sealed class DiffusionGraph(OnnxGraph graph, SafetensorsFile weights, JsonNode config) : Network(graph, weights)
{
    private const string Unet = "diffusion.unet";

    private readonly int[] _dims = [.. config["down_dims"]!.AsArray().Select(dim => dim!.GetValue<int>())];
    private readonly int _groups = config["n_groups"]!.GetValue<int>();
    private readonly long _kernel = config["kernel_size"]!.GetValue<long>();
    private readonly long _horizon = config["horizon"]!.GetValue<long>();

    /// <summary>How many steps of noise a trajectory takes after the first one.</summary>
    public int NoisySteps => Ddpm ? Steps - 1 : 0;

    private bool Ddpm => config["noise_scheduler_type"]!.GetValue<string>() == "DDPM";

    private int TrainSteps => config["num_train_timesteps"]!.GetValue<int>();

    private int Steps => config["num_inference_steps"]?.GetValue<int>() ?? TrainSteps;

    /// <summary>Encodes an image.</summary>
    /// <param name="image">[1, 3, size, size].</param>
    /// <param name="size">Its size.</param>
    /// <returns>[1, features].</returns>
    public string Encode(string image, long size)
    {
        const string Name = "diffusion.rgb_encoder";
        if (config["crop_shape"] is JsonArray crop)
        {
            long cropped = crop[0]!.GetValue<long>();
            long from = (long)Math.Round((size - cropped) / 2.0);
            image = G.Slice(G.Slice(image, 2, from, from + cropped), 3, from, from + cropped);
            size = cropped;
        }

        string[] names = [.. ((string[])["0", "1", "4", "5", "6", "7"]).Select(place => $"{Name}.backbone.{place}")];
        string map = ResNet(image, names, ref size, (name, x, shape) => GroupNorm(name, x, (int)shape[1] / 16, shape));
        long keypoints = Channels($"{Name}.pool.nets");
        map = G.Reshape(Conv($"{Name}.pool.nets", map), 1, keypoints, size * size);
        string places = G.Node("MatMul", [G.Node("Softmax", [map], ("axis", -1L)), Parameter($"{Name}.pool.pos_grid")]);
        return G.Node("Relu", [Linear($"{Name}.out", G.Reshape(places, 1, 2 * keypoints))]);
    }

    /// <summary>Denoises.</summary>
    /// <param name="global">[1, numbers].</param>
    /// <param name="noise">[1, horizon, action].</param>
    /// <param name="stepNoise">[steps, 1, horizon, action], or null.</param>
    /// <returns>[1, horizon, action].</returns>
    public string Sample(string global, string noise, string? stepNoise)
    {
        float[] alphas = Alphas();
        int ratio = TrainSteps / Steps;
        string x = noise;
        for (int k = Steps - 1; k >= 0; k--)
        {
            int timestep = k * ratio;
            float alpha = alphas[timestep], alphaBefore = k > 0 ? alphas[timestep - ratio] : 1;
            float beta = 1 - alpha, betaBefore = 1 - alphaBefore;
            string output = Predict(x, timestep, global);
            bool sample = config["prediction_type"]!.GetValue<string>() == "sample";
            string origin = sample ? output : Divide(G.Sub(x, Times(output, MathF.Sqrt(beta))), MathF.Sqrt(alpha));
            string clipped = config["clip_sample"]!.GetValue<bool>()
                ? G.Node("Clip", [origin, G.Scalar(-Limit), G.Scalar(Limit)])
                : origin;
            if (Ddpm)
            {
                float step = alpha / alphaBefore;
                x = G.Add(Times(clipped, MathF.Sqrt(alphaBefore) * (1 - step) / beta), Times(x, MathF.Sqrt(step) * betaBefore / beta));
                if (k > 0)
                {
                    string drawn = G.Node("Gather", [stepNoise!, G.Whole(Steps - 1 - k)], ("axis", 0L));
                    float variance = MathF.Max(betaBefore / beta * (1 - step), 1e-20f);
                    x = G.Add(x, Times(G.Reshape(drawn, 1, _horizon, -1), MathF.Sqrt(variance)));
                }
            }
            else
            {
                string error = sample ? Divide(G.Sub(x, Times(origin, MathF.Sqrt(alpha))), MathF.Sqrt(beta)) : output;
                x = G.Add(Times(clipped, MathF.Sqrt(alphaBefore)), Times(error, MathF.Sqrt(betaBefore)));
            }
        }

        return x;
    }

    private float Limit => config["clip_sample_range"]!.GetValue<float>();

    private string Times(string x, float factor) => G.Mul(x, G.Scalar(factor));

    private string Divide(string x, float divisor) => G.Node("Div", [x, G.Scalar(divisor)]);

    private float[] Alphas()
    {
        float product = 1;
        return [.. Enumerable.Range(0, TrainSteps).Select(i => product *= 1 - (float)Math.Min(1 - Bar((i + 1.0) / TrainSteps) / Bar((double)i / TrainSteps), 0.999))];

        static double Bar(double t) => Math.Pow(Math.Cos((t + 0.008) / 1.008 * Math.PI / 2), 2);
    }

    private string Predict(string sample, int timestep, string global)
    {
        int dim = config["diffusion_step_embed_dim"]!.GetValue<int>(), half = dim / 2;
        float[] phases = [.. Enumerable.Range(0, half).Select(i => timestep * MathF.Exp(i * -(float)(Math.Log(10000) / (half - 1))))];
        string time = G.Weight($"time {timestep}", (float[])[.. phases.Select(MathF.Sin), .. phases.Select(MathF.Cos)], 1, dim);
        time = Linear($"{Unet}.diffusion_step_encoder.3", Mish(Linear($"{Unet}.diffusion_step_encoder.1", time)));
        string condition = Mish(G.Concat(1, time, global));

        string x = G.Transpose(sample, 0, 2, 1);
        long length = _horizon;
        var skips = new Stack<string>();
        for (int i = 0; i < _dims.Length; i++)
        {
            x = Block($"{Unet}.down_modules.{i}.1", Block($"{Unet}.down_modules.{i}.0", x, length, condition), length, condition);
            skips.Push(x);
            if (i < _dims.Length - 1)
            {
                x = Conv($"{Unet}.down_modules.{i}.2", x, 2, 1);
                length /= 2;
            }
        }

        x = Block($"{Unet}.mid_modules.1", Block($"{Unet}.mid_modules.0", x, length, condition), length, condition);
        for (int i = 0; i < _dims.Length - 1; i++)
        {
            string up = $"{Unet}.up_modules.{i}";
            x = G.Concat(1, x, skips.Pop());
            x = Block($"{up}.1", Block($"{up}.0", x, length, condition), length, condition);
            x = G.Node(
                "ConvTranspose", [x, Parameter($"{up}.2.weight"), Parameter($"{up}.2.bias")],
                ("kernel_shape", new long[] { 4 }), ("strides", new long[] { 2 }), ("pads", new long[] { 1, 1 }));
            length *= 2;
        }

        x = ConvBlock($"{Unet}.final_conv.0", x, length, 8);
        return G.Transpose(Conv($"{Unet}.final_conv.1", x), 0, 2, 1);
    }

    private string Block(string name, string x, long length, string condition)
    {
        long channels = Channels($"{name}.conv1.block.0");
        string y = ConvBlock($"{name}.conv1", x, length, _groups);
        string embedded = G.Node("Unsqueeze", [Linear($"{name}.cond_encoder.1", condition), G.Whole(2)]);
        y = config["use_film_scale_modulation"]!.GetValue<bool>()
            ? G.Add(G.Mul(G.Slice(embedded, 1, 0, channels), y), G.Slice(embedded, 1, channels, 2 * channels))
            : G.Add(y, embedded);
        y = ConvBlock($"{name}.conv2", y, length, _groups);
        return G.Add(y, W.TryGet($"{name}.residual_conv.weight", out _) ? Conv($"{name}.residual_conv", x) : x);
    }

    private string ConvBlock(string name, string x, long length, int groups) =>
        Mish(GroupNorm($"{name}.block.1", Conv($"{name}.block.0", x, 1, _kernel / 2), groups, 1, Channels($"{name}.block.0"), length));
}
