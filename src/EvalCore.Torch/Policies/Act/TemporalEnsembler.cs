using static TorchSharp.torch;

namespace EvalCore.Torch.Policies.Act;

/// <summary>
/// Temporal ensembling (Zhao et al., 2023, algorithm 2): the network runs at every step, and an action is the weighted mean
/// of all predictions for its step, the oldest with the largest weight for a positive coefficient. LeRobot v0.6.1's running
/// mean, float32 in its order of operations.
/// </summary>
internal sealed class TemporalEnsembler : IActionSelection
{
    private readonly int _chunkSize;
    private readonly float[] _weights;
    private readonly float[] _cumulative;
    private readonly int[] _counts;
    private float[] _ensembled = [];
    private bool _started;

    /// <summary>Makes an ensembler for one episode: w_i = exp(-coefficient i).</summary>
    public TemporalEnsembler(double coefficient, int chunkSize)
    {
        _chunkSize = chunkSize;
        using var scope = NewDisposeScope();
        var weights = arange(Scalars.Of((long)chunkSize)).mul(Scalars.Of(-coefficient)).exp();
        _weights = [.. weights.data<float>()];
        _cumulative = [.. weights.cumsum(0).data<float>()];
        _counts = new int[chunkSize];
    }

    public int Actions => 1;

    public void Select(ReadOnlySpan<float> chunk, Span<float> actions)
    {
        int dim = chunk.Length / _chunkSize;
        if (!_started)
        {
            _ensembled = chunk.ToArray();
            _counts.AsSpan().Fill(1);
            _started = true;
        }
        else
        {
            // The entries left are those for this step and later; the last step of the new chunk has none yet.
            for (int step = 0; step < _chunkSize - 1; step++)
            {
                int count = _counts[step];
                for (int i = step * dim; i < (step + 1) * dim; i++)
                {
                    float sum = _ensembled[i] * _cumulative[count - 1];
                    sum += chunk[i] * _weights[count];
                    _ensembled[i] = sum / _cumulative[count];
                }

                _counts[step] = Math.Min(count + 1, _chunkSize);
            }

            chunk[^dim..].CopyTo(_ensembled.AsSpan(^dim..));
            _counts[^1] = 1;
        }

        _ensembled.AsSpan(0, dim).CopyTo(actions);
        _ensembled.AsSpan(dim).CopyTo(_ensembled);
        _counts.AsSpan(1).CopyTo(_counts);
    }
}
