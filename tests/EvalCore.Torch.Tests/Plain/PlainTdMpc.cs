using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace EvalCore.Torch.Tests.Plain;

/// <summary>TD-MPC in its simplest form, for one episode: tensors are [samples, 1, ...] as LeRobot's.</summary>
internal sealed record PlainTdMpc(
    Weights W, int Horizon, int ImageWidth, int StateWidth, int Latent, int Functions, int Width, int ActionDim, double Discount,
    int Iterations, double MaxStd, double MinStd, int Gaussians, int OfPolicy, double Uncertainty, int Elites, double Temperature, double Momentum)
{
    /// <summary>[1, latent].</summary>
    public Tensor Encode(Tensor? image, Tensor state, Tensor? envState)
    {
        const string Name = "model._encoder";
        var features = new List<Tensor>();
        if (image is not null)
        {
            var x = image;
            foreach (var (layer, kernel) in ((int, int)[])[(0, 7), (2, 5), (4, 3), (6, 3)])
                x = F.conv2d(x, W[$"{Name}.image_enc_layers.{layer}.weight", ImageWidth, x.shape[1], kernel, kernel], W[$"{Name}.image_enc_layers.{layer}.bias", ImageWidth], [2, 2]).relu();
            features.Add(W.LayerNorm($"{Name}.image_enc_layers.10", W.Linear($"{Name}.image_enc_layers.9", x.flatten(1), Latent)).sigmoid());
        }

        if (envState is not null)
            features.Add(Vector($"{Name}.env_state_enc_layers", envState));
        features.Add(Vector($"{Name}.state_enc_layers", state));
        return stack(features, 0).mean([0]);

        Tensor Vector(string name, Tensor x) =>
            W.LayerNorm($"{name}.3", W.Linear($"{name}.2", F.elu(W.Linear($"{name}.0", x, StateWidth), 1), Latent)).sigmoid();
    }

    /// <summary>The plan, [horizon, 1, action], and the mean that the next one starts from.</summary>
    public (Tensor Actions, Tensor Mean) Plan(Tensor latent, Tensor? previous, IPlainDraws draws)
    {
        var policy = new List<Tensor>();
        var z = latent.expand(OfPolicy, 1, Latent);
        for (int t = 0; t < Horizon && OfPolicy > 0; t++)
        {
            policy.Add(Pi(z, draws));
            z = Dynamics(z, policy[t]);
        }

        z = latent.expand(Gaussians + OfPolicy, 1, Latent);
        var mean = zeros(Horizon, 1, ActionDim);
        if (previous is not null)
            mean = cat([previous.slice(0, 1, Horizon, 1), mean.slice(0, 0, 1, 1)], 0);
        var std = MaxStd * ones_like(mean);
        Tensor elites = mean, score = mean;
        for (int i = 0; i < Iterations; i++)
        {
            var drawn = (mean.unsqueeze(1) + std.unsqueeze(1) * draws.Randn(Horizon, Gaussians, 1, ActionDim)).clamp(-1, 1);
            var actions = OfPolicy == 0 ? drawn : cat([drawn, stack(policy, 0)], 1);
            var value = Value(z, actions, draws).nan_to_num(0);
            var (best, indices) = value.topk(Elites, 0);
            elites = actions.take_along_dim(indices.reshape(1, Elites, 1, 1), 1);
            score = (Temperature * (best - best.max())).exp();
            score = score / score.sum(0, keepdim: true);
            var center = (score.unsqueeze(2) * elites).sum(1);
            std = (score.unsqueeze(2) * (elites - center.unsqueeze(1)).pow(2)).sum(1).sqrt().clamp(MinStd, MaxStd);
            mean = Momentum * mean + (1 - Momentum) * center;
        }

        return (elites.index_select(1, draws.Multinomial(score.transpose(0, 1)).flatten()).squeeze(1), mean);
    }

    /// <summary>What the learned policy does, without noise.</summary>
    public Tensor Pi(Tensor z) => Mlp("model._pi", z, ActionDim).tanh();

    private Tensor Pi(Tensor z, IPlainDraws draws) => Pi(z) + MinStd * draws.Randn(z.shape[0], 1, ActionDim);

    private Tensor Dynamics(Tensor z, Tensor a) => W.LayerNorm("model._dynamics.7", Mlp("model._dynamics", cat([z, a], 2), Latent)).sigmoid();

    private Tensor Qs(Tensor z, Tensor a)
    {
        var x = cat([z, a], 2);
        return stack(
            [
                .. Enumerable.Range(0, Functions).Select(i =>
                {
                    string name = $"model._Qs.{i}";
                    var y = W.LayerNorm($"{name}.1", W.Linear($"{name}.0", x, Width)).tanh();
                    return W.Linear($"{name}.5", F.elu(W.Linear($"{name}.3", y, Width), 1), 1).squeeze(-1);
                }),
            ],
            0);
    }

    private Tensor Value(Tensor z, Tensor actions, IPlainDraws draws)
    {
        var sum = zeros(z.shape[0], 1);
        double discount = 1;
        for (int t = 0; t < Horizon; t++)
        {
            var a = actions[t];
            var disagreement = Uncertainty > 0 ? Uncertainty * Qs(z, a).std(0L) : zeros_like(sum);
            var reward = Mlp("model._reward", cat([z, a], 2), 1).squeeze(-1);
            z = Dynamics(z, a);
            sum = sum + discount * (reward - disagreement);
            discount *= Discount;
        }

        var values = Qs(z, Pi(z, draws));
        var candidates = Functions > 2 ? values.index_select(0, draws.Randint(Functions, 2)) : values;
        sum = sum + discount * candidates.min(0).values;
        return Uncertainty > 0 ? sum - discount * Uncertainty * values.std(0L) : sum;
    }

    private Tensor Mlp(string name, Tensor x, int outputs)
    {
        x = F.mish(W.LayerNorm($"{name}.1", W.Linear($"{name}.0", x, Width)));
        x = F.mish(W.LayerNorm($"{name}.4", W.Linear($"{name}.3", x, Width)));
        return W.Linear($"{name}.6", x, outputs);
    }
}
