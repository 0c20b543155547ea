using System.Buffers;
using EvalCore.Recording;
using Parquet;
using Parquet.Schema;

namespace EvalCore.Records;

/// <summary>The columns of a file of recorded steps.</summary>
internal sealed class StepColumns
{
    internal const string RunName = "run";
    internal const string SuiteName = "suite";
    internal const string TaskGroupName = "task_group";
    internal const string TaskName = "task";
    internal const string ActionName = "action";
    internal const string ConditionsName = "conjuncts";
    internal const string RewardName = "reward";
    internal const string TerminatedName = "terminated";
    internal const string TruncatedName = "truncated";
    internal const string SuccessName = "success";

    /// <summary>The definition level of an element of a nullable list, whose elements are there.</summary>
    internal const int Element = 2;

    // Those of a list that is not there, and of one without elements.
    private const int NullList = 0;
    private const int EmptyList = 1;

    private readonly string _run;
    private readonly IReadOnlyList<RecordedEpisode> _episodes;
    private readonly int _rows;
    private readonly string[] _vectors;

    public StepColumns(string run, IReadOnlyList<RecordedEpisode> episodes)
    {
        (_run, _episodes, _rows) = (run, episodes, episodes.Sum(episode => episode.Rows));
        _vectors = [.. episodes.SelectMany(episode => episode.Layout.State).Select(field => field.Name).Distinct()];
        bool hasConditions = episodes.Any(episode => episode.Layout.Conditions > 0);
        Schema = new ParquetSchema(
        [
            new DataField(RunName, typeof(string), isNullable: false), new DataField(SuiteName, typeof(string), isNullable: false),
            new DataField(TaskGroupName, typeof(string), isNullable: false), new DataField("task_id", typeof(int), isNullable: false),
            new DataField(TaskName, typeof(string), isNullable: false), new DataField("episode_index", typeof(int), isNullable: false),
            new DataField("seed", typeof(long), isNullable: false), new DataField("init_state_id", typeof(int), isNullable: true),
            new DataField("step", typeof(int), isNullable: false), List<double>(ActionName), new DataField(RewardName, typeof(double), isNullable: true),
            new DataField(TerminatedName, typeof(bool), isNullable: true), new DataField(TruncatedName, typeof(bool), isNullable: true),
            new DataField(SuccessName, typeof(bool), isNullable: true),
            .. hasConditions ? [List<bool>(ConditionsName)] : Array.Empty<Field>(), .. _vectors.Select(List<double>),
        ]);
    }

    /// <summary>The columns of text.</summary>
    public static IReadOnlyList<string> Texts => [RunName, SuiteName, TaskGroupName, TaskName];

    public ParquetSchema Schema { get; }

    /// <summary>Writes all columns, in the order of the schema.</summary>
    public async Task Write(ParquetRowGroupWriter rows)
    {
        var columns = new Queue<DataField>(Schema.DataFields);
        await rows.WriteAsync<ReadOnlyMemory<char>>(columns.Dequeue(), Strings(_ => _run)).ConfigureAwait(false);
        await rows.WriteAsync<ReadOnlyMemory<char>>(columns.Dequeue(), Strings(episode => episode.Suite)).ConfigureAwait(false);
        await rows.WriteAsync<ReadOnlyMemory<char>>(columns.Dequeue(), Strings(episode => episode.TaskGroup)).ConfigureAwait(false);
        await rows.WriteAsync<int>(columns.Dequeue(), Each(episode => episode.TaskId)).ConfigureAwait(false);
        await rows.WriteAsync<ReadOnlyMemory<char>>(columns.Dequeue(), Strings(episode => episode.Task)).ConfigureAwait(false);
        await rows.WriteAsync<int>(columns.Dequeue(), Each(episode => episode.EpisodeIndex)).ConfigureAwait(false);
        await rows.WriteAsync<long>(columns.Dequeue(), Each(episode => episode.Seed)).ConfigureAwait(false);
        await rows.WriteAsync<int>(columns.Dequeue(), new ReadOnlyMemory<int?>(Each(episode => episode.InitStateId))).ConfigureAwait(false);
        await rows.WriteAsync<int>(columns.Dequeue(), Steps()).ConfigureAwait(false);
        await WriteLists(rows, columns.Dequeue(), episode => new Part(StepLayout.Action, episode.Layout.ActionDimension), fromRow: 1, value => value).ConfigureAwait(false);
        await WriteOfSteps(rows, columns.Dequeue(), StepLayout.Reward, value => value).ConfigureAwait(false);
        foreach (int flag in (int[])[StepLayout.Terminated, StepLayout.Truncated, StepLayout.Success])
            await WriteOfSteps(rows, columns.Dequeue(), flag, value => value != 0).ConfigureAwait(false);
        if (columns.Count > _vectors.Length)
            await WriteLists(rows, columns.Dequeue(), episode => episode.Layout.Conditions > 0 ? new Part(episode.Layout.FirstCondition, episode.Layout.Conditions) : null, fromRow: 0, value => value != 0).ConfigureAwait(false);
        foreach (string name in _vectors)
            await WriteLists(rows, columns.Dequeue(), episode => Vector(episode.Layout, name), fromRow: 0, value => value).ConfigureAwait(false);
    }

    private static ListField List<T>(string name) => new(name, new DataField("element", typeof(T), isNullable: false));

    private static Part? Vector(StepLayout layout, string name)
    {
        int at = layout.FirstState;
        foreach (var field in layout.State)
        {
            if (field.Name == name)
                return new Part(at, field.Length);
            at += field.Length;
        }

        return null;
    }

    private ReadOnlyMemory<ReadOnlyMemory<char>> Strings(Func<RecordedEpisode, string> value) => Each(episode => value(episode).AsMemory());

    private T[] Each<T>(Func<RecordedEpisode, T> value)
    {
        var column = new T[_rows];
        int at = 0;
        foreach (var episode in _episodes)
        {
            column.AsSpan(at, episode.Rows).Fill(value(episode));
            at += episode.Rows;
        }

        return column;
    }

    private int[] Steps()
    {
        int[] column = new int[_rows];
        int at = 0;
        foreach (var episode in _episodes)
        {
            for (int row = 0; row < episode.Rows; row++)
                column[at++] = row;
        }

        return column;
    }

    /// <summary>A column that has a value for each step, and none after a reset.</summary>
    private async Task WriteOfSteps<T>(ParquetRowGroupWriter rows, DataField field, int place, Func<double, T> convert) where T : struct
    {
        int count = _rows - _episodes.Count;
        using var values = MemoryPool<T>.Shared.Rent(count);
        using var levels = MemoryPool<int>.Shared.Rent(_rows);
        Fill(values.Memory.Span, levels.Memory.Span);
        await rows.WriteAllPartsAsync<T>(field, values.Memory[..count], levels.Memory[.._rows], null, default).ConfigureAwait(false);

        void Fill(Span<T> ofSteps, Span<int> ofRows)
        {
            int at = 0, row = 0;
            foreach (var episode in _episodes)
            {
                ofRows[row++] = 0;
                for (int step = 1; step < episode.Rows; step++)
                {
                    ofSteps[at++] = convert(episode[step][place]);
                    ofRows[row++] = 1;
                }
            }
        }
    }

    /// <summary>A column of lists: some neighbouring values of each row, from a row of each episode on.</summary>
    private async Task WriteLists<T>(ParquetRowGroupWriter rows, DataField field, Func<RecordedEpisode, Part?> part, int fromRow, Func<double, T> convert) where T : struct
    {
        int count = 0, slots = 0;
        foreach (var episode in _episodes)
        {
            int length = part(episode)?.Length ?? 0, lists = episode.Rows - fromRow;
            count += lists * length;
            slots += length == 0 ? episode.Rows : fromRow + lists * length;
        }

        using var values = MemoryPool<T>.Shared.Rent(count);
        using var definition = MemoryPool<int>.Shared.Rent(slots);
        using var repetition = MemoryPool<int>.Shared.Rent(slots);
        Fill(values.Memory.Span, definition.Memory.Span, repetition.Memory.Span);
        await rows.WriteAllPartsAsync<T>(field, values.Memory[..count], definition.Memory[..slots], repetition.Memory[..slots], default).ConfigureAwait(false);

        void Fill(Span<T> elements, Span<int> definitions, Span<int> repetitions)
        {
            int at = 0, slot = 0;
            foreach (var episode in _episodes)
            {
                var place = part(episode);
                for (int row = 0; row < episode.Rows; row++)
                {
                    if (place is not { } found || row < fromRow || found.Length == 0)
                    {
                        repetitions[slot] = 0;
                        definitions[slot++] = place is null || row < fromRow ? NullList : EmptyList;
                        continue;
                    }

                    foreach (double number in episode[row].Slice(found.First, found.Length))
                        elements[at++] = convert(number);
                    definitions.Slice(slot, found.Length).Fill(Element);
                    repetitions.Slice(slot, found.Length).Fill(1);
                    repetitions[slot] = 0;
                    slot += found.Length;
                }
            }
        }
    }

    /// <summary>A part of a row.</summary>
    private readonly record struct Part(int First, int Length);
}
