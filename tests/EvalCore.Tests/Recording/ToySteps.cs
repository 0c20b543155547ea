using System.Text.Json;
using EvalCore.Environments;
using EvalCore.Recording;

namespace EvalCore.Tests.Recording;

/// <summary>A format for tests: a file with the numbers of each episode as JSON.</summary>
internal sealed class ToySteps : IStepFormat
{
    public string Extension => ".json";

    /// <summary>Called before a file is written.</summary>
    public Action? OnWrite { get; set; }

    public void Write(string path, string run, IReadOnlyList<RecordedEpisode> episodes)
    {
        OnWrite?.Invoke();
        File.WriteAllText(path, JsonSerializer.Serialize(episodes.Select(episode => new Toy(episode.Key, [.. Enumerable.Range(1, episode.Steps).Select(episode.Reward)]))));
    }

    public IReadOnlyList<EpisodeKey> EpisodesIn(string path) => [.. JsonSerializer.Deserialize<Toy[]>(File.ReadAllText(path))!.Select(toy => toy.Key)];

    public RecordedEpisode Read(string path, EpisodeKey episode) => throw new NotSupportedException();

    private sealed record Toy(EpisodeKey Key, double[] Rewards);
}
