using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Policies;
using EvalCore.Torch.Policies.Act;
using Safetensors;
using static TorchSharp.torch;

namespace EvalCore.Torch.Tests.Policies;

/// <summary>Temporal ensembling against LeRobot's running mean, number by number.</summary>
public sealed class TemporalEnsemblerTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        File.Delete(_file);
    }

    [Theory]
    [InlineData(1, 0.01)]
    [InlineData(2, 0.01)]
    [InlineData(7, 0.01)]
    [InlineData(7, -0.3)]
    [InlineData(7, 0)]
    public void Actions_are_bit_identical_whatever_the_batch(int chunkSize, double coefficient)
    {
        const int Steps = 20;
        const int Dim = 3;
        new SafetensorsWriter().Add<float>("x", [1], 1).Save(_file);
        using var state = StateDict.Open(_file, CPU);
        var ensembler = new TemporalEnsembler(coefficient, chunkSize, state);
        var random = new Random(1);
        float[][][] chunks = [.. Enumerable.Range(0, 2).Select(_ => Enumerable.Range(0, Steps).Select(_ =>
            Enumerable.Range(0, chunkSize * Dim).Select(_ => random.NextSingle() - 0.5f).ToArray()).ToArray())];

        // The second episode starts later than the first, in the same batches.
        EpisodeState[] episodes = [.. Enumerable.Range(0, 2).Select(_ => new EpisodeState(new GeneratorNoise(1L), new TemporalEnsembler.Ensemble()))];
        RunningMean[] expected = [new(coefficient, chunkSize, Dim), new(coefficient, chunkSize, Dim)];
        for (int step = 0; step < Steps; step++)
        {
            int rows = step < 4 ? 1 : 2;
            var batch = cat([.. Enumerable.Range(0, rows).Select(i => tensor(chunks[i][step]).reshape(1, chunkSize, Dim))], 0);
            var actions = ensembler.Select(batch, episodes[..rows]);
            Assert.Equal([rows, 1, Dim], actions.shape);
            Assert.Equal([.. Enumerable.Range(0, rows).SelectMany(i => expected[i].Add(chunks[i][step]))], actions.contiguous().data<float>().ToArray());
        }

        Array.ForEach(episodes, episode => episode.Dispose());
    }

    /// <summary>LeRobot's <c>ACTTemporalEnsembler</c>, float32 in its order of operations.</summary>
    private sealed class RunningMean
    {
        private readonly int _chunkSize;
        private readonly int _dim;
        private readonly float[] _weights;
        private readonly float[] _cumulative;
        private readonly List<int> _counts = [];
        private List<float[]> _mean = [];

        public RunningMean(double coefficient, int chunkSize, int dim)
        {
            (_chunkSize, _dim) = (chunkSize, dim);
            var weights = arange(Scalars.Of((long)chunkSize)).mul(Scalars.Of(-coefficient)).exp();
            _weights = [.. weights.data<float>()];
            _cumulative = [.. weights.cumsum(0).data<float>()];
        }

        public float[] Add(float[] chunk)
        {
            float[][] rows = chunk.Chunk(_dim).ToArray();
            if (_counts.Count == 0 && _mean.Count == 0)
            {
                _mean = [.. rows.Select(row => row.ToArray())];
                _counts.AddRange(Enumerable.Repeat(1, _chunkSize));
            }
            else
            {
                for (int k = 0; k < _chunkSize - 1; k++)
                {
                    int count = _counts[k];
                    for (int i = 0; i < _dim; i++)
                    {
                        float sum = _mean[k][i] * _cumulative[count - 1];
                        sum += rows[k][i] * _weights[count];
                        _mean[k][i] = sum / _cumulative[count];
                    }

                    _counts[k] = Math.Min(count + 1, _chunkSize);
                }

                _mean.Add(rows[^1].ToArray());
                _counts.Add(1);
            }

            float[] action = _mean[0];
            _mean.RemoveAt(0);
            _counts.RemoveAt(0);
            return action;
        }
    }
}
