using static TorchSharp.torch;

namespace EvalCore.Torch.Policies.TdMpc;

/// <summary>
/// Planning by the cross-entropy method (the paper's algorithm 1, with the value of FOWM's equation 4): plans are drawn around
/// a mean, the learned policy adds some of its own, and the best of both give the next mean. Plans are [B, horizon, n,
/// action dimension]. Random numbers are drawn in LeRobot's order, for each episode from its own generator.
/// </summary>
internal sealed class Planner(TdMpcConfig config, Told model)
{
    /// <summary>How many value functions, drawn from the ensemble, estimate the value of the last state.</summary>
    private const int TerminalFunctions = 2;

    /// <summary>Plans from latent states [B, 1, latent]: [B, horizon, action dimension].</summary>
    public Tensor Plan(Tensor z, IReadOnlyList<EpisodeState> episodes, Action<string, Tensor>? hook)
    {
        int drawn = config.NGaussianSamples;
        var ofPolicy = config.NPiSamples == 0 ? null : PlansOfPolicy(z.expand(-1, config.NPiSamples, -1), episodes, hook);
        var mean = FirstMean(episodes, z.device);
        var std = full_like(mean, Scalars.Of(config.MaxStd));
        Tensor elites = mean, scores = mean;
        (Tensor Reward, Tensor Last)? known = null;
        for (int i = 0; i < config.CemIterations; i++)
        {
            var noise = Draw(episodes, n => n.Randn(config.Horizon, drawn, 1, config.ActionDim).squeeze(2), z.device);
            var plans = std.unsqueeze(2).mul(noise).PlusInPlace(mean.unsqueeze(2)).clamp_(Scalars.Of(-1.0), Scalars.Of(1.0));
            var all = ofPolicy is null ? plans : cat([plans, ofPolicy], dim: 2);

            // The policy's plans stay, and so does what they are worth before the last state.
            var (reward, last) = Follow(z, known is null ? all : plans, hook);
            if (known is var (knownReward, knownLast))
                (reward, last) = (cat([reward, knownReward], dim: 1), cat([last, knownLast], dim: 1));
            else if (ofPolicy is not null)
                known = (reward.narrow(1, drawn, config.NPiSamples), last.narrow(1, drawn, config.NPiSamples));
            var values = reward.Plus(TerminalValue(last, episodes, hook)).nan_to_num_(0);

            var (best, indices) = values.topk(config.NElites, dim: 1);
            elites = all.take_along_dim(indices.unsqueeze(1).unsqueeze(3), 2);
            scores = best.sub(best.amax([1], keepdim: true)).mul_(Scalars.Of(config.EliteWeightingTemperature)).exp_();
            scores = scores.div_(scores.sum(1, keepdim: true));
            var weights = scores.unsqueeze(1).unsqueeze(3);
            var center = elites.mul(weights).sum(2);
            std = elites.sub(center.unsqueeze(2)).pow(Scalars.Two).mul_(weights).sum(2).sqrt_().clamp_(Scalars.Of(config.MinStd), Scalars.Of(config.MaxStd));
            mean = mean.mul(Scalars.Of(config.GaussianMeanMomentum)).PlusInPlace(center.mul(Scalars.Of(1 - config.GaussianMeanMomentum)));
        }

        for (int i = 0; i < episodes.Count; i++)
            episodes[i].Memory<PreviousPlan>().Mean = mean[i];
        var rows = scores.unbind(0);
        var choice = cat([.. episodes.Select((episode, i) => episode.Noise.Multinomial(rows[i].unsqueeze(0), 1))], dim: 0).to(z.device);
        return elites.take_along_dim(choice.unsqueeze(2).unsqueeze(3), 2).squeeze(2);
    }

    /// <summary>A tensor for each episode, stacked.</summary>
    private static Tensor Draw(IReadOnlyList<EpisodeState> episodes, Func<INoise, Tensor> draw, Device device) =>
        stack([.. episodes.Select(episode => draw(episode.Noise))], dim: 0).to(device);

    /// <summary>The last plans' means, moved by a step; zero for an episode's first plan.</summary>
    private Tensor FirstMean(IReadOnlyList<EpisodeState> episodes, Device device)
    {
        var next = zeros(1, config.ActionDim, device: device);
        return stack(
            [
                .. episodes.Select(episode => episode.Memory<PreviousPlan>().Mean is { } mean
                    ? cat([mean.narrow(0, 1, config.Horizon - 1), next], dim: 0)
                    : zeros(config.Horizon, config.ActionDim, device: device)),
            ],
            dim: 0);
    }

    /// <summary>What the learned policy does from latent states, with a little noise.</summary>
    private Tensor PlansOfPolicy(Tensor z, IReadOnlyList<EpisodeState> episodes, Action<string, Tensor>? hook)
    {
        var actions = new Tensor[config.Horizon];
        for (int t = 0; t < actions.Length; t++)
        {
            actions[t] = NoisyPi(z, episodes, hook);
            z = model.Dynamics(z, actions[t], hook);
        }

        return stack(actions, dim: 1);
    }

    private Tensor NoisyPi(Tensor z, IReadOnlyList<EpisodeState> episodes, Action<string, Tensor>? hook)
    {
        var actions = model.Pi(z, hook);
        if (config.MinStd == 0)
            return actions;
        var noise = Draw(episodes, n => n.Randn(z.shape[1], 1, config.ActionDim).squeeze(1), z.device);
        return actions.PlusInPlace(noise.mul_(Scalars.Of(config.MinStd)));
    }

    /// <summary>The discounted rewards of plans, less the uncertainty, [B, n], and their last states, [B, n, latent].</summary>
    private (Tensor Reward, Tensor Last) Follow(Tensor z, Tensor plans, Action<string, Tensor>? hook)
    {
        z = z.expand(-1, plans.shape[2], -1);
        Tensor? sum = null;
        double discount = 1;
        for (int t = 0; t < config.Horizon; t++)
        {
            var actions = plans.select(1, t);
            var uncertainty = config.UncertaintyRegularizerCoeff > 0 ? Uncertainty(model.Qs(z, actions, hook)) : null;
            var (next, reward) = model.DynamicsAndReward(z, actions, hook);
            if (uncertainty is not null)
                reward = reward.sub(uncertainty);
            reward = reward.mul(Scalars.Of(discount));
            sum = sum?.PlusInPlace(reward) ?? reward;
            z = next;
            discount *= config.Discount;
        }

        return (sum!, z);
    }

    /// <summary>The value of last states by what the policy does there, less the uncertainty: [B, n].</summary>
    private Tensor TerminalValue(Tensor z, IReadOnlyList<EpisodeState> episodes, Action<string, Tensor>? hook)
    {
        var values = model.Qs(z, NoisyPi(z, episodes, hook), hook);
        var candidates = values.transpose(0, 1);
        if (config.QEnsembleSize > TerminalFunctions)
        {
            var functions = Draw(episodes, n => n.Randint(config.QEnsembleSize, TerminalFunctions), z.device);
            candidates = candidates.take_along_dim(functions.unsqueeze(2), 1);
        }

        var value = candidates.amin([1]);
        if (config.UncertaintyRegularizerCoeff > 0)
            value = value.sub(Uncertainty(values));
        return value.mul_(Scalars.Of(Math.Pow(config.Discount, config.Horizon)));
    }

    /// <summary>How much the value functions disagree, times its weight.</summary>
    private Tensor Uncertainty(Tensor values) => values.std(0L, unbiased: true).mul_(Scalars.Of(config.UncertaintyRegularizerCoeff));
}
