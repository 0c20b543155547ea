using System.Text.Json;
using EvalCore.Environments;
using EvalCore.Recording;

namespace EvalCore.Tests.Recording;

/// <summary>A format for tests: a file with the numbers of each episode as JSON.</summary>
internal sealed class ToySteps : IStepFormat
{
    public string Extension => ".json";

    /// <summary>Whether <see cref="WarmUp"/> was called.</summary>
    public bool IsWarm { get; private set; }

    /// <summary>Called before a file is written.</summary>
    public Action? OnWrite { get; set; }

    public void WarmUp() => IsWarm = true;

    public void Write(string path, string run, IReadOnlyList<RecordedEpisode> episodes)
    {
        OnWrite?.Invoke();
        File.WriteAllText(path, JsonSerializer.Serialize(episodes.Select(episode => new Toy(episode.Key, [.. Enumerable.Range(1, episode.Steps).Select(episode.Reward)]))));
    }

    public IReadOnlyList<EpisodeKey> EpisodesIn(string path) => [.. Load(path).Select(toy => toy.Key)];

    public IReadOnlyList<RecordedEpisode> Read(string path) => [.. Load(path).Select(toy => toy.ToEpisode())];

    public IReadOnlyList<(EpisodeKey Episode, double[] Rewards)> ReadRewards(string path) => [.. Load(path).Select(toy => (toy.Key, toy.Rewards))];

    public IReadOnlyList<RecordedEpisode> ReadWhole(string path) => Read(path);

    /// <summary>An episode without actions.</summary>
    /// <param name="key">The episode.</param>
    /// <param name="rewards">The rewards of its steps.</param>
    public static RecordedEpisode Episode(EpisodeKey key, IEnumerable<double> rewards) => new Toy(key, [.. rewards]).ToEpisode();

    private static Toy[] Load(string path) => JsonSerializer.Deserialize<Toy[]>(File.ReadAllText(path))!;

    private sealed record Toy(EpisodeKey Key, double[] Rewards)
    {
        public RecordedEpisode ToEpisode()
        {
            var layout = new StepLayout(0, 0, []);
            double[] values = new double[(Rewards.Length + 1) * layout.Width];
            for (int step = 0; step < Rewards.Length; step++)
                values[(step + 1) * layout.Width + StepLayout.Reward] = Rewards[step];
            return new RecordedEpisode(Key.Suite, Key.Group, Key.TaskId, $"task {Key.TaskId}", Key.Index, 1000 + Key.Index, null, layout, values);
        }
    }
}
