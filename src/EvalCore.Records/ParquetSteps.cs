using System.Text.Json;
using EvalCore.Environments;
using EvalCore.Recording;
using Parquet;

namespace EvalCore.Records;

/// <summary>
/// Recorded steps in Apache Parquet (Snappy), one row for each step and one for the state after the reset. A vector, as
/// <c>action</c> or <c>qpos</c>, is a list column of float64.
/// </summary>
public sealed class ParquetSteps : IStepFormat
{
    /// <summary>The key of the file's metadata that lists its episodes, in the order of their rows.</summary>
    internal const string EpisodesKey = "evalcore.episodes";

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true };

    /// <inheritdoc/>
    public string Extension => ".parquet";

    /// <inheritdoc/>
    public void Write(string path, string run, IReadOnlyList<RecordedEpisode> episodes)
    {
        ArgumentNullException.ThrowIfNull(episodes);
        try
        {
            using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None);
            Write(file, run, episodes).GetAwaiter().GetResult();
            file.Flush(flushToDisk: true);
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            throw EvalCoreException.CannotWrite($"{path}:", e);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<EpisodeKey> EpisodesIn(string path) => Read(path, reader => Task.FromResult<IReadOnlyList<EpisodeKey>>([.. EpisodesOf(reader).Select(episode => episode.Key)]));

    /// <inheritdoc/>
    public IReadOnlyList<RecordedEpisode> Read(string path) => Read(path, ReadSteps);

    /// <inheritdoc/>
    public RecordedEpisode ReadWhole(string path, EpisodeKey episode) => Read(path, reader => ReadWhole(reader, episode));

    private static async Task Write(Stream file, string run, IReadOnlyList<RecordedEpisode> episodes)
    {
        var columns = new StepColumns(run, episodes);
        var writer = await ParquetWriter.CreateAsync(columns.Schema, file, new ParquetOptions { CompressionMethod = CompressionMethod.Snappy }).ConfigureAwait(false);
        await using var closing = writer.ConfigureAwait(false);
        writer.CustomMetadata = new Dictionary<string, string>
        {
            [EpisodesKey] = JsonSerializer.Serialize(episodes.Select(StoredEpisode.Of), Json),
        };
        using var rows = writer.CreateRowGroup();
        await columns.Write(rows).ConfigureAwait(false);
        rows.CompleteValidate();
    }

    private static async Task<IReadOnlyList<RecordedEpisode>> ReadSteps(ParquetReader reader)
    {
        if (reader.RowGroupCount != 1)
            throw new InvalidDataException($"it has {reader.RowGroupCount} row groups, not 1");
        using var rows = reader.OpenRowGroupReader(0);
        return await StepColumns.Read(reader.Schema, rows, EpisodesOf(reader)).ConfigureAwait(false);
    }

    private static async Task<RecordedEpisode> ReadWhole(ParquetReader reader, EpisodeKey episode)
    {
        var stored = EpisodesOf(reader);
        int place = stored.FindIndex(other => other.Key == episode);
        if (place < 0 || reader.RowGroupCount != 1)
            throw new InvalidDataException($"it has no episode {episode.Index} of task {episode.TaskId} of {episode.Group}");
        using var rows = reader.OpenRowGroupReader(0);
        return await StepColumns.ReadWhole(reader.Schema, rows, stored, place).ConfigureAwait(false);
    }

    private static List<StoredEpisode> EpisodesOf(ParquetReader reader) =>
        reader.CustomMetadata.TryGetValue(EpisodesKey, out string? json) && JsonSerializer.Deserialize<List<StoredEpisode>>(json, Json) is { } episodes
            ? episodes
            : throw new InvalidDataException("it is not a file of recorded steps");

    /// <summary>Reads from a file. Whatever the library throws for a damaged one becomes one line.</summary>
    private static T Read<T>(string path, Func<ParquetReader, Task<T>> read)
    {
        try
        {
            return Open().GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw EvalCoreException.CannotRead($"{path}:", e);
        }
#pragma warning disable CA1031 // The library throws many types for a damaged file.
        catch (Exception e) when (e is not EvalCoreException)
#pragma warning restore CA1031
        {
            throw new EvalCoreException($"{path}: is damaged, or not a file of recorded steps; delete it and resume the run to record its episodes again", e);
        }

        async Task<T> Open()
        {
            var reader = await ParquetReader.CreateAsync(path).ConfigureAwait(false);
            await using var closing = reader.ConfigureAwait(false);
            return await read(reader).ConfigureAwait(false);
        }
    }
}
