using System.Text.Json;
using EvalCore.Torch.Policies.Diffusion;
using static EvalCore.Torch.Tests.Closeness;
using static TorchSharp.torch;

namespace EvalCore.Torch.Tests.Policies;

/// <summary>DDPM and DDIM step by step against diffusers, with its recorded model outputs and noise.</summary>
public class NoiseSchedulerTests
{
    [Theory]
    [InlineData("ddpm100")]
    [InlineData("ddpm10")]
    [InlineData("ddpm7_sample")]
    [InlineData("ddpm10_scaled_linear")]
    [InlineData("ddim10")]
    [InlineData("ddim16_sample")]
    [InlineData("ddim10_linear_noclip")]
    public void Schedules_and_steps_are_those_of_diffusers(string name)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Goldens.Find("policies/diffusion/goldens/schedules.json")));
        using var golden = Goldens.Open("policies/diffusion/goldens/schedules.safetensors");
        var schedule = json.RootElement.GetProperty(name);
        var kwargs = schedule.GetProperty("kwargs");
        var scheduler = new NoiseScheduler(new DiffusionConfig
        {
            NoiseSchedulerType = schedule.GetProperty("scheduler").GetString()!,
            NumInferenceSteps = schedule.GetProperty("num_inference_steps").GetInt32(),
            NumTrainTimesteps = kwargs.GetProperty("num_train_timesteps").GetInt32(),
            BetaStart = kwargs.GetProperty("beta_start").GetDouble(),
            BetaEnd = kwargs.GetProperty("beta_end").GetDouble(),
            BetaSchedule = kwargs.GetProperty("beta_schedule").GetString()!,
            ClipSample = kwargs.GetProperty("clip_sample").GetBoolean(),
            ClipSampleRange = kwargs.GetProperty("clip_sample_range").GetDouble(),
            PredictionType = kwargs.GetProperty("prediction_type").GetString()!,
        });

        Assert.Equal(golden.Read<long>($"{name}.timesteps"), scheduler.Timesteps.Select(t => (long)t));
        Close(golden.Span<float>($"{name}.betas"), scheduler.Betas.ToArray(), 1e-7, "betas");
        Close(golden.Span<float>($"{name}.alphas_cumprod"), scheduler.AlphasCumprod.ToArray(), 2e-7, "alphas_cumprod");

        using var scope = NewDisposeScope();
        var samples = Read("samples");
        var outputs = Read("model_outputs");
        var noise = golden.TryGet($"{name}.variance_noise", out _) ? Read("variance_noise") : null;
        var sample = samples[0];
        for (int i = 0; i < scheduler.Timesteps.Count; i++)
        {
            int timestep = scheduler.Timesteps[i];
            sample = scheduler.Step(outputs[i], timestep, sample, scheduler.AddsNoise(timestep) ? noise![i] : null);
            var expected = samples[i + 1].contiguous().data<float>().ToArray();
            Close(expected, sample.contiguous().data<float>().ToArray(), 2e-6 * Math.Max(1, Largest(expected)), $"after step {i}");
        }

        Tensor Read(string what) => tensor(golden.Read<float>($"{name}.{what}")).reshape([.. golden[$"{name}.{what}"].Shape]);
    }

    /// <summary>The values are those of diffusers 0.39.0's formulas, computed in Python's double precision.</summary>
    [Theory]
    [InlineData("laplace", new[] { 0.1830955450940508, 0.06262073936678725, 0.04352947629770443, 0.03407414502244199, 0.03656666346798898, 0.055274436777949854, 0.10292784253331111, 0.9452551463513602 })]
    [InlineData("sigmoid", new[] { 0.00014920520081703202, 0.0010437748762335789, 0.01005, 0.019056225123766424, 0.01995079479918297 })]
    public void Schedules_of_DDPM_alone_are_those_of_diffusers(string schedule, double[] betas)
    {
        var scheduler = new NoiseScheduler(new DiffusionConfig { BetaSchedule = schedule, NumTrainTimesteps = betas.Length });
        Close([.. betas.Select(beta => (float)beta)], scheduler.Betas.ToArray(), 1e-7, "betas");
    }
}
