using static TorchSharp.torch;

namespace EvalCore.Torch.Policies.Diffusion;

/// <summary>
/// Denoising, from noise to a sample: DDPM (Ho et al., 2020; fixed small variance) or DDIM (Song et al., 2021; eta 0), as
/// diffusers 0.39.0 computes it, float32 in its order of operations. Time steps have leading spacing.
/// </summary>
internal sealed class NoiseScheduler
{
    private readonly bool _ddpm;
    private readonly bool _predictsSample;
    private readonly float? _clip;
    private readonly int _ratio;
    private readonly float[] _alphasCumprod;

    /// <summary>Makes a schedule.</summary>
    public NoiseScheduler(DiffusionConfig config)
    {
        _ddpm = config.NoiseSchedulerType == "DDPM";
        _predictsSample = config.PredictionType == "sample";
        _clip = config.ClipSample ? (float)config.ClipSampleRange : null;
        int steps = config.NumInferenceSteps ?? config.NumTrainTimesteps;
        _ratio = config.NumTrainTimesteps / steps;
        Timesteps = [.. Enumerable.Range(0, steps).Select(k => (steps - 1 - k) * _ratio)];

        using var scope = NewDisposeScope();
        var betas = MakeBetas(config);
        Betas = [.. betas.data<float>()];
        _alphasCumprod = [.. betas.neg().Plus(Scalars.One).cumprod(0).data<float>()];
    }

    /// <summary>The noise levels the network runs at, in order.</summary>
    public IReadOnlyList<int> Timesteps { get; }

    /// <summary>The variance each training step adds.</summary>
    internal IReadOnlyList<float> Betas { get; }

    /// <summary>The product of 1 - beta up to each training step.</summary>
    internal IReadOnlyList<float> AlphasCumprod => _alphasCumprod;

    /// <summary>Whether a step adds noise.</summary>
    public bool AddsNoise(int timestep) => _ddpm && timestep > 0;

    /// <summary>One step towards the sample.</summary>
    /// <param name="modelOutput">What the network predicts.</param>
    /// <param name="timestep">The noise level.</param>
    /// <param name="sample">The present sample.</param>
    /// <param name="noise">Standard normal numbers of the sample's shape, where <see cref="AddsNoise"/>.</param>
    public Tensor Step(Tensor modelOutput, int timestep, Tensor sample, Tensor? noise)
    {
        int previous = timestep - _ratio;
        float alpha = _alphasCumprod[timestep];
        float alphaPrevious = previous >= 0 ? _alphasCumprod[previous] : 1;
        float beta = 1 - alpha;
        float betaPrevious = 1 - alphaPrevious;
        float rootAlpha = MathF.Sqrt(alpha);
        float rootBeta = MathF.Sqrt(beta);

        var original = _predictsSample ? modelOutput : sample.sub(modelOutput.mul(Scalars.Of(rootBeta))).div_(Scalars.Of(rootAlpha));
        var clipped = _clip is { } range ? original.clamp(Scalars.Of(-range), Scalars.Of(range)) : original;
        if (!_ddpm)
        {
            // The predicted noise belongs to the prediction before it is clipped.
            var epsilon = _predictsSample ? sample.sub(original.mul(Scalars.Of(rootAlpha))).div_(Scalars.Of(rootBeta)) : modelOutput;
            var direction = epsilon.mul(Scalars.Of(MathF.Sqrt(betaPrevious)));
            return clipped.mul(Scalars.Of(MathF.Sqrt(alphaPrevious))).PlusInPlace(direction);
        }

        float alphaStep = alpha / alphaPrevious;
        float betaStep = 1 - alphaStep;
        float ofOriginal = MathF.Sqrt(alphaPrevious) * betaStep / beta;
        float ofSample = MathF.Sqrt(alphaStep) * betaPrevious / beta;
        var mean = clipped.mul(Scalars.Of(ofOriginal)).PlusInPlace(sample.mul(Scalars.Of(ofSample)));
        if (!AddsNoise(timestep))
            return mean;
        float variance = MathF.Max(betaPrevious / beta * betaStep, 1e-20f);
        return mean.PlusInPlace(noise!.mul(Scalars.Of(MathF.Sqrt(variance))));
    }

    private static Tensor MakeBetas(DiffusionConfig config)
    {
        int n = config.NumTrainTimesteps;
        return config.BetaSchedule switch
        {
            "linear" => linspace(config.BetaStart, config.BetaEnd, n, dtype: ScalarType.Float32),
            "scaled_linear" =>
                linspace(Math.Sqrt(config.BetaStart), Math.Sqrt(config.BetaEnd), n, dtype: ScalarType.Float32).pow(Scalars.Two),
            "sigmoid" => linspace(-6, 6, n, dtype: ScalarType.Float32).sigmoid()
                .mul(Scalars.Of(config.BetaEnd - config.BetaStart)).Plus(Scalars.Of(config.BetaStart)),
            "laplace" => FromAlphaBar(Laplace),
            _ => FromAlphaBar(SquaredCosine),
        };

        Tensor FromAlphaBar(Func<double, double> alphaBar) =>
            tensor([.. Enumerable.Range(0, n).Select(i => (float)Math.Min(1 - alphaBar((i + 1.0) / n) / alphaBar((double)i / n), 0.999))]);

        static double SquaredCosine(double t)
        {
            double c = Math.Cos((t + 0.008) / 1.008 * Math.PI / 2);
            return c * c;
        }

        static double Laplace(double t)
        {
            double logSnr = -0.5 * Math.CopySign(1, 0.5 - t) * Math.Log(1 - 2 * Math.Abs(0.5 - t) + 1e-6);
            double snr = Math.Exp(logSnr);
            return Math.Sqrt(snr / (1 + snr));
        }
    }
}
