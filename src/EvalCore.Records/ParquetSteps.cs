using System.Text.Json;
using EvalCore.Environments;
using EvalCore.Recording;
using Parquet;
using Parquet.Schema;

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

    private static readonly ParquetOptions Options = WithDictionaries(StepColumns.Texts);

    /// <inheritdoc/>
    public string Extension => ".parquet";

    /// <inheritdoc/>
    public void WarmUp()
    {
        // So many rows that also the loops are compiled as those of a file.
        const int Count = 2000;
        var layout = new StepLayout(1, 1, [new StateField("state", 1)]);
        var episode = new RecordedEpisode("", "", 0, "", 0, 0, null, layout, new double[Count * layout.Width]);
        using var content = new MemoryStream();
        Write(content, "", [episode]).GetAwaiter().GetResult();
        content.Position = 0;
        Read(content, reader => Rows(reader, StoredColumns.ReadRewards)).GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    public void Write(string path, string run, IReadOnlyList<RecordedEpisode> episodes)
    {
        ArgumentNullException.ThrowIfNull(episodes);

        // In memory first: the library writes a file in small parts, each on a thread of the pool.
        using var content = new MemoryStream();
        Write(content, run, episodes).GetAwaiter().GetResult();
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        file.Write(content.GetBuffer().AsSpan(0, (int)content.Length));
        file.Flush(flushToDisk: true);
    }

    /// <inheritdoc/>
    public IReadOnlyList<EpisodeKey> EpisodesIn(string path) => Read(path, reader => Task.FromResult<IReadOnlyList<EpisodeKey>>([.. EpisodesOf(reader).Select(episode => episode.Key)]));

    /// <inheritdoc/>
    public IReadOnlyList<RecordedEpisode> Read(string path) => Read(path, reader => Decode(reader, whole: false));

    /// <inheritdoc/>
    public IReadOnlyList<(EpisodeKey Episode, double[] Rewards)> ReadRewards(string path) => Read(path, reader => Rows(reader, StoredColumns.ReadRewards));

    /// <inheritdoc/>
    public IReadOnlyList<RecordedEpisode> ReadWhole(string path) => Read(path, reader => Decode(reader, whole: true));

    /// <summary>The values of these columns repeat for whole episodes: with a dictionary each text is stored once, and a row has its index.</summary>
    private static ParquetOptions WithDictionaries(IEnumerable<string> columns)
    {
        var options = new ParquetOptions { CompressionMethod = CompressionMethod.Snappy };
        foreach (string column in columns)
            options.ColumnEncodingHints[column] = EncodingHint.Dictionary;
        return options;
    }

    private static async Task Write(Stream file, string run, IReadOnlyList<RecordedEpisode> episodes)
    {
        var columns = new StepColumns(run, episodes);
        var writer = await ParquetWriter.CreateAsync(columns.Schema, file, Options).ConfigureAwait(false);
        await using var closing = writer.ConfigureAwait(false);
        writer.CustomMetadata = new Dictionary<string, string>
        {
            [EpisodesKey] = JsonSerializer.Serialize(episodes.Select(StoredEpisode.Of), Json),
        };
        using var rows = writer.CreateRowGroup();
        await columns.Write(rows).ConfigureAwait(false);
        rows.CompleteValidate();
    }

    private static Task<IReadOnlyList<RecordedEpisode>> Decode(ParquetReader reader, bool whole) => Rows<IReadOnlyList<RecordedEpisode>>(reader, async (schema, rows, episodes) =>
    {
        var columns = await StoredColumns.Read(schema, rows, episodes, whole).ConfigureAwait(false);
        return [.. Enumerable.Range(0, episodes.Count).Select(columns.Episode)];
    });

    /// <summary>Reads from the rows of a file.</summary>
    private static async Task<T> Rows<T>(ParquetReader reader, Func<ParquetSchema, ParquetRowGroupReader, List<StoredEpisode>, Task<T>> read)
    {
        if (reader.RowGroupCount != 1)
            throw new InvalidDataException($"it has {reader.RowGroupCount} row groups, not 1");
        var episodes = EpisodesOf(reader);
        using var rows = reader.OpenRowGroupReader(0);
        return await read(reader.Schema, rows, episodes).ConfigureAwait(false);
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
            // Files have some megabytes. To read one in parts is a switch of threads for each.
            return Read(new MemoryStream(File.ReadAllBytes(path)), read).GetAwaiter().GetResult();
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
    }

    private static async Task<T> Read<T>(MemoryStream content, Func<ParquetReader, Task<T>> read)
    {
        var reader = await ParquetReader.CreateAsync(content).ConfigureAwait(false);
        await using var closing = reader.ConfigureAwait(false);
        return await read(reader).ConfigureAwait(false);
    }
}
