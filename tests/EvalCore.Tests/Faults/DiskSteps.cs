using System.Text;
using System.Text.Json;
using EvalCore.Environments;
using EvalCore.Files;
using EvalCore.Recording;

namespace EvalCore.Tests.Faults;

/// <summary>Recorded steps as JSON, written as the other formats are: under another name, and renamed.</summary>
internal sealed class DiskSteps(Disk disk) : IStepFormat
{
    public string Extension => ".json";

    public void Write(string path, string run, IReadOnlyList<RecordedEpisode> episodes) =>
        WholeFile.Write(path, JsonSerializer.Serialize(episodes.Select(episode => new Stored(episode.Key, Convert.ToHexString(Bytes(episode))))), disk);

    public IReadOnlyList<EpisodeKey> EpisodesIn(string path) => [.. Load(path).Select(episode => episode.Key)];

    public IReadOnlyList<RecordedEpisode> Read(string path) => throw new NotSupportedException();

    public IReadOnlyList<(EpisodeKey Episode, double[] Rewards)> ReadRewards(string path) => throw new NotSupportedException();

    public IReadOnlyList<RecordedEpisode> ReadWhole(string path) => throw new NotSupportedException();

    /// <summary>The steps in a file, as text.</summary>
    public static IEnumerable<string> Texts(string path) => Load(path).Select(episode => $"{episode.Key}: {episode.Rows}");

    private static Stored[] Load(string path) => JsonSerializer.Deserialize<Stored[]>(File.ReadAllText(path, Encoding.UTF8))!;

    private static byte[] Bytes(RecordedEpisode episode) => [.. episode.Values.ToArray().SelectMany(BitConverter.GetBytes)];

    private sealed record Stored(EpisodeKey Key, string Rows);
}
