using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Policies.Act;

/// <summary>
/// Temporal ensembling (Zhao et al., 2023, algorithm 2): the network runs at every step, and an action is the weighted mean
/// of all predictions for its step, the oldest with the largest weight for a positive coefficient. LeRobot v0.6.1's running
/// mean, float32 in its order of operations, on the network's device.
/// </summary>
internal sealed class TemporalEnsembler
{
    /// <summary>How many steps of the ensemble are kept from one chunk to the next: all but the step that is played.</summary>
    private readonly long _kept;

    private readonly Factors[] _factors;

    /// <summary>Makes an ensembler: w_i = exp(-coefficient i).</summary>
    /// <param name="coefficient">The decay of the weights.</param>
    /// <param name="chunkSize">How many actions a chunk has.</param>
    /// <param name="state">Keeps the tensors.</param>
    public TemporalEnsembler(double coefficient, int chunkSize, StateDict state)
    {
        _kept = chunkSize - 1;
        var weights = Scalars.Arange(0, chunkSize).mul(Scalars.Of(-coefficient)).exp();
        float[] w = [.. weights.data<float>()];
        float[] c = [.. weights.cumsum(0).data<float>()];

        // After n chunks, step k of the ensemble is the mean of min(n, kept - k) predictions; from n = kept on, that is kept - k.
        _factors = new Factors[_kept];
        for (int n = 1; n <= _kept; n++)
        {
            int[] counts = [.. Enumerable.Range(0, (int)_kept).Select(k => Math.Min(n, (int)_kept - k))];
            _factors[n - 1] = new Factors(
                Column(counts.Select(count => c[count - 1])), Column(counts.Select(count => w[count])), Column(counts.Select(count => c[count])));
        }

        Tensor Column(IEnumerable<float> values) => state.Keep(tensor(values.ToArray()).unsqueeze(1).to(state.Device));
    }

    /// <summary>The action of the present step, for each episode.</summary>
    /// <param name="chunk">[B, steps, action dimension].</param>
    /// <param name="episodes">The state of each row's episode; its memory is an <see cref="Ensemble"/>.</param>
    /// <returns>[B, 1, action dimension].</returns>
    public Tensor Select(Tensor chunk, IReadOnlyList<EpisodeState> episodes)
    {
        if (episodes.Count == 1)
            return Add(chunk, episodes[0].Memory<Ensemble>());
        var actions = new Tensor[episodes.Count];
        for (int i = 0; i < actions.Length; i++)
            actions[i] = Add(chunk.narrow(0, i, 1), episodes[i].Memory<Ensemble>());
        return cat(actions, dim: 0);
    }

    /// <summary>Adds a chunk, [1, steps, action dimension], to an episode's ensemble; gives the mean for its first step.</summary>
    private Tensor Add(Tensor chunk, Ensemble ensemble)
    {
        var mean = chunk;
        if (ensemble.Kept is { } kept)
        {
            // The kept steps are the present one and later; the last step of the new chunk has no earlier prediction.
            var factors = _factors[Math.Min(ensemble.Chunks, _factors.Length) - 1];
            var sum = kept.mul(factors.Before).PlusInPlace(chunk.narrow(1, 0, _kept).mul(factors.New)).div_(factors.After);
            mean = cat([sum, chunk.narrow(1, _kept, 1)], dim: 1);
        }

        ensemble.Chunks++;
        ensemble.Kept = _kept == 0 ? null : mean.narrow(1, 1, _kept);
        return mean.narrow(1, 0, 1);
    }

    /// <summary>An episode's running mean.</summary>
    internal sealed class Ensemble : IDisposable
    {
        /// <summary>How many chunks were added.</summary>
        public int Chunks { get; set; }

        /// <summary>The means for the present step and later, [1, chunk size - 1, action dimension]; null before the first chunk.</summary>
        public Tensor? Kept
        {
            get;
            set
            {
                field?.Dispose();
                field = value?.DetachFromDisposeScope();
            }
        }

        /// <inheritdoc/>
        public void Dispose() => Kept = null;
    }

    /// <summary>mean = (mean * Before + prediction * New) / After, for each kept step: [kept, 1] each.</summary>
    private sealed record Factors(Tensor Before, Tensor New, Tensor After);
}
