using EvalCore.Environments;
using EvalCore.Recording;
using Parquet;
using Parquet.Data;
using Parquet.Schema;

namespace EvalCore.Records;

/// <summary>The columns of a file of recorded steps.</summary>
internal sealed class StepColumns
{
    private const string ActionName = "action";
    private const string ConditionsName = "conjuncts";
    private const string RewardName = "reward";
    private const string TerminatedName = "terminated";
    private const string TruncatedName = "truncated";
    private const string SuccessName = "success";

    // The definition levels of a nullable list of values that are there.
    private const int NullList = 0;
    private const int EmptyList = 1;
    private const int Element = 2;

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
            new DataField("run", typeof(string), isNullable: false), new DataField("suite", typeof(string), isNullable: false),
            new DataField("task_group", typeof(string), isNullable: false), new DataField("task_id", typeof(int), isNullable: false),
            new DataField("task", typeof(string), isNullable: false), new DataField("episode_index", typeof(int), isNullable: false),
            new DataField("seed", typeof(long), isNullable: false), new DataField("init_state_id", typeof(int), isNullable: true),
            new DataField("step", typeof(int), isNullable: false), List<double>(ActionName), new DataField(RewardName, typeof(double), isNullable: true),
            new DataField(TerminatedName, typeof(bool), isNullable: true), new DataField(TruncatedName, typeof(bool), isNullable: true),
            new DataField(SuccessName, typeof(bool), isNullable: true),
            .. hasConditions ? [List<bool>(ConditionsName)] : Array.Empty<Field>(), .. _vectors.Select(List<double>),
        ]);
    }

    public ParquetSchema Schema { get; }

    /// <summary>Writes all columns, in the order of the schema.</summary>
    public async Task Write(ParquetRowGroupWriter rows)
    {
        var columns = new Queue<DataField>(Schema.DataFields);
        await rows.WriteAsync(columns.Dequeue(), Strings(_ => _run)).ConfigureAwait(false);
        await rows.WriteAsync(columns.Dequeue(), Strings(episode => episode.Suite)).ConfigureAwait(false);
        await rows.WriteAsync(columns.Dequeue(), Strings(episode => episode.TaskGroup)).ConfigureAwait(false);
        await rows.WriteAsync<int>(columns.Dequeue(), Each(episode => episode.TaskId)).ConfigureAwait(false);
        await rows.WriteAsync(columns.Dequeue(), Strings(episode => episode.Task)).ConfigureAwait(false);
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

    /// <summary>Reads the actions, rewards and flags of all episodes.</summary>
    public static async Task<IReadOnlyList<RecordedEpisode>> Read(ParquetSchema schema, ParquetRowGroupReader rows, IReadOnlyList<StoredEpisode> stored)
    {
        if (stored.Sum(episode => (long)episode.Rows) != rows.RowCount || stored.Any(episode => episode.Rows < 1))
            throw new InvalidDataException("its metadata is of another file");
        var layouts = stored.Select(episode => new StepLayout(episode.ActionDimension, 0, [])).ToList();
        var values = stored.Zip(layouts, (episode, layout) => new double[episode.Rows * layout.Width]).ToList();
        for (int i = 0; i < stored.Count; i++)
            values[i].AsSpan(0, layouts[i].Width).Fill(double.NaN);

        // What has no value is not stored: a column has one for each step, and none for the row after a reset.
        using (var actions = await Column<double>($"{ActionName}/list/element").ConfigureAwait(false))
            Copy(actions.Values, StepLayout.Action, layout => layout.ActionDimension, value => value);
        using (var rewards = await Column<double>(RewardName).ConfigureAwait(false))
            Copy(rewards.Values, StepLayout.Reward, _ => 1, value => value);
        foreach (var (name, at) in ((string, int)[])[(TerminatedName, StepLayout.Terminated), (TruncatedName, StepLayout.Truncated), (SuccessName, StepLayout.Success)])
        {
            using var flags = await Column<bool>(name).ConfigureAwait(false);
            Copy(flags.Values, at, _ => 1, value => value ? 1 : 0);
        }

        return
        [
            .. stored.Select((episode, i) => new RecordedEpisode(
                episode.Suite, episode.TaskGroup, episode.TaskId, episode.Task, episode.EpisodeIndex, episode.Seed, episode.InitStateId, layouts[i], values[i])),
        ];

        Task<RawColumnData<T>> Column<T>(string name) where T : struct => ReadColumn<T>(schema, rows, name);

        void Copy<T>(ReadOnlySpan<T> column, int place, Func<StepLayout, int> length, Func<T, double> convert)
        {
            int from = 0;
            for (int i = 0; i < stored.Count; i++)
            {
                int count = length(layouts[i]);
                for (int row = 1; row < stored[i].Rows; row++)
                {
                    for (int k = 0; k < count; k++)
                        values[i][row * layouts[i].Width + place + k] = convert(column[from++]);
                }
            }
        }
    }

    /// <summary>Reads all of an episode: also the conditions and the state.</summary>
    public static async Task<RecordedEpisode> ReadWhole(ParquetSchema schema, ParquetRowGroupReader rows, IReadOnlyList<StoredEpisode> stored, int place)
    {
        var episode = stored[place];
        var before = stored.Take(place);
        int all = checked((int)rows.RowCount), first = before.Sum(other => other.Rows);
        if (stored.Sum(other => (long)other.Rows) != all || stored.Any(other => other.Rows < 1))
            throw new InvalidDataException("its metadata is of another file");

        // What has no value is not stored: a column has one for each step, and none for the row after a reset.
        int firstStep = first - place, steps = episode.Rows - 1;
        bool[] conditions = [];
        var state = new List<(string Name, double[] Values)>();
        foreach (var field in schema.Fields.OfType<ListField>())
        {
            if (field.Name == ConditionsName)
                conditions = await ListsOf<bool>(field.Name).ConfigureAwait(false);
            else if (field.Name != ActionName && await ListsOf<double>(field.Name).ConfigureAwait(false) is { Length: > 0 } vector)
                state.Add((field.Name, vector));
        }

        var layout = new StepLayout(
            episode.ActionDimension, conditions.Length / episode.Rows, [.. state.Select(vector => new StateField(vector.Name, vector.Values.Length / episode.Rows))]);
        double[] values = new double[episode.Rows * layout.Width];
        values.AsSpan(0, layout.Width).Fill(double.NaN);
        using (var actions = await Column<double>($"{ActionName}/list/element").ConfigureAwait(false))
        {
            int from = before.Sum(other => (other.Rows - 1) * other.ActionDimension);
            for (int step = 0; step < steps; step++)
                actions.Values.Slice(from + step * layout.ActionDimension, layout.ActionDimension).CopyTo(values.AsSpan((step + 1) * layout.Width + StepLayout.Action));
        }

        using (var rewards = await Column<double>(RewardName).ConfigureAwait(false))
        {
            for (int step = 0; step < steps; step++)
                values[(step + 1) * layout.Width + StepLayout.Reward] = rewards.Values[firstStep + step];
        }

        foreach (var (name, at) in ((string, int)[])[(TerminatedName, StepLayout.Terminated), (TruncatedName, StepLayout.Truncated), (SuccessName, StepLayout.Success)])
        {
            using var flags = await Column<bool>(name).ConfigureAwait(false);
            for (int step = 0; step < steps; step++)
                values[(step + 1) * layout.Width + at] = flags.Values[firstStep + step] ? 1 : 0;
        }

        for (int row = 0; row < episode.Rows; row++)
        {
            var numbers = values.AsSpan(row * layout.Width, layout.Width);
            for (int i = 0; i < layout.Conditions; i++)
                numbers[layout.FirstCondition + i] = conditions[row * layout.Conditions + i] ? 1 : 0;
            int at = layout.FirstState;
            foreach (var (_, vector) in state)
            {
                int length = vector.Length / episode.Rows;
                vector.AsSpan(row * length, length).CopyTo(numbers[at..]);
                at += length;
            }
        }

        return new RecordedEpisode(episode.Suite, episode.TaskGroup, episode.TaskId, episode.Task, episode.EpisodeIndex, episode.Seed, episode.InitStateId, layout, values);

        // The elements of the episode's lists, which are all of one length; empty where the episode has none.
        async Task<T[]> ListsOf<T>(string name) where T : struct
        {
            using var column = await Column<T>($"{name}/list/element").ConfigureAwait(false);
            var (from, count) = Elements(column.DefinitionLevels, column.RepetitionLevels, first, episode.Rows);
            return count % episode.Rows == 0 ? column.Values.Slice(from, count).ToArray() : throw new InvalidDataException($"the lists of column {name} have different lengths");
        }

        Task<RawColumnData<T>> Column<T>(string name) where T : struct => ReadColumn<T>(schema, rows, name);
    }

    /// <summary>Where the elements of some rows' lists are among the elements of a column.</summary>
    private static (int From, int Count) Elements(ReadOnlySpan<int> definition, ReadOnlySpan<int> repetition, int firstRow, int rows)
    {
        int row = -1, from = 0, count = 0;
        for (int slot = 0; slot < definition.Length; slot++)
        {
            if (repetition[slot] == 0)
                row++;
            if (definition[slot] != Element)
                continue;
            if (row < firstRow)
                from++;
            else if (row < firstRow + rows)
                count++;
        }

        return (from, count);
    }

    private static async Task<RawColumnData<T>> ReadColumn<T>(ParquetSchema schema, ParquetRowGroupReader rows, string name) where T : struct =>
        schema.DataFields.FirstOrDefault(field => field.Path.ToString() == name) is { } field
            ? (RawColumnData<T>)await rows.ReadRawColumnDataBaseAsync(field, default).ConfigureAwait(false)
            : throw new InvalidDataException($"it has no column {name}");

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

    private string[] Strings(Func<RecordedEpisode, string> value) => Each(value);

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
        var values = new T[_rows - _episodes.Count];
        int[] levels = new int[_rows];
        int at = 0, row = 0;
        foreach (var episode in _episodes)
        {
            row++;
            for (int step = 1; step < episode.Rows; step++)
            {
                values[at++] = convert(episode[step][place]);
                levels[row++] = 1;
            }
        }

        await rows.WriteAllPartsAsync<T>(field, values, levels, null, default).ConfigureAwait(false);
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

        var values = new T[count];
        int[] definition = new int[slots], repetition = new int[slots];
        int at = 0, slot = 0;
        foreach (var episode in _episodes)
        {
            var place = part(episode);
            for (int row = 0; row < episode.Rows; row++)
            {
                if (place is not { } found || row < fromRow || found.Length == 0)
                {
                    definition[slot++] = place is null || row < fromRow ? NullList : EmptyList;
                    continue;
                }

                var numbers = episode[row].Slice(found.First, found.Length);
                for (int i = 0; i < numbers.Length; i++)
                {
                    values[at++] = convert(numbers[i]);
                    repetition[slot] = i == 0 ? 0 : 1;
                    definition[slot++] = Element;
                }
            }
        }

        await rows.WriteAllPartsAsync<T>(field, values, definition, repetition, default).ConfigureAwait(false);
    }

    /// <summary>A part of a row.</summary>
    private readonly record struct Part(int First, int Length);
}
