using EvalCore.Inference;
using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Policies;
using Safetensors;
using static TorchSharp.torch;

namespace EvalCore.Torch.Tests;

/// <summary>
/// A reference case of a policy that reads language, given to its network without the pipelines: with the tokens, the state
/// and the random numbers that LeRobot had.
/// </summary>
internal sealed class NetworkCase : IDisposable
{
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();
    private readonly GoldenCase _golden;

    public NetworkCase(string policy, string name, Action<LeRobotConfig>? change = null)
    {
        _golden = new GoldenCase(policy, name);
        Config = _golden.Config();
        change?.Invoke(Config);
        Network = Config.NewNetwork(StateDict.Open(Config.Folder.Model, CPU), []);
        using (var pre = _golden.Open("pre"))
        {
            foreach (string input in (string[])[FeatureNames.State, FeatureNames.LanguageTokens, FeatureNames.LanguageMask])
                Observation[input] = StateDict.Read(pre, pre[$"pre.{input}"], CPU);
        }

        // The first step: [T, B, H, W, 3] bytes.
        using var stored = _golden.Open("obs");
        foreach (var entry in stored.Where(entry => entry.Name.StartsWith("obs_u8.", StringComparison.Ordinal)))
            Observation[entry.Name["obs_u8.".Length..]] = StateDict.Read(stored, entry, CPU)[0].permute(0, 3, 1, 2).to(ScalarType.Float32).div(255f).contiguous();
    }

    public LeRobotConfig Config { get; }

    public PolicyNetwork Network { get; }

    public Dictionary<string, Tensor> Observation { get; } = [];

    public int Batch => (int)Observation[FeatureNames.State].shape[0];

    public SafetensorsFile Open(string suffix) => _golden.Open(suffix);

    /// <summary>The chunk of all rows as one batch.</summary>
    /// <param name="network">Another network than <see cref="Network"/>.</param>
    public float[] PredictTogether(PolicyNetwork? network = null) => Predict(network ?? Network, Observation, [.. Enumerable.Range(0, Batch)]);

    /// <summary>The chunks of the rows, one by one.</summary>
    /// <param name="network">Another network than <see cref="Network"/>.</param>
    public float[] PredictAlone(PolicyNetwork? network = null) => [.. Enumerable.Range(0, Batch).SelectMany(row =>
    {
        using var scope = NewDisposeScope();
        return Predict(network ?? Network, Observation.ToDictionary(input => input.Key, input => input.Value.narrow(0, row, 1)), [row]);
    })];

    public void Dispose()
    {
        Network.Dispose();
        _scope.Dispose();
    }

    private float[] Predict(PolicyNetwork network, Dictionary<string, Tensor> observation, int[] rows)
    {
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        var (draws, _) = RecordedDraws.Open(_golden.PathOf("chunk"), Batch);
        EpisodeState[] episodes = [.. rows.Select(row => new EpisodeState(new RecordedNoise(draws.OfEpisode(row))))];
        return [.. network.PredictActionChunk(observation, episodes).contiguous().data<float>()];
    }
}
