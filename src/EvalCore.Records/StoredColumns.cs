using EvalCore.Environments;
using EvalCore.Recording;
using Parquet;
using Parquet.Data;
using Parquet.Schema;

namespace EvalCore.Records;

/// <summary>The decoded columns of a file of recorded steps, of which episodes are made.</summary>
internal sealed class StoredColumns
{
    private readonly IReadOnlyList<StoredEpisode> _stored;

    /// <summary>The place of each episode's first row, and of its first action value.</summary>
    private readonly int[] _firstRow, _firstAction;
    private readonly double[] _actions;

    /// <summary>Reward and flags, with their places in a row.</summary>
    private readonly List<(int At, double[] Values)> _ofSteps = [];
    private readonly List<VectorColumn> _state = [];
    private VectorColumn? _conditions;

    private StoredColumns(IReadOnlyList<StoredEpisode> stored, double[] actions)
    {
        (_stored, _actions) = (stored, actions);
        (_firstRow, _firstAction) = (new int[stored.Count], new int[stored.Count]);
        for (int i = 1; i < stored.Count; i++)
        {
            _firstRow[i] = _firstRow[i - 1] + stored[i - 1].Rows;
            _firstAction[i] = _firstAction[i - 1] + (stored[i - 1].Rows - 1) * stored[i - 1].ActionDimension;
        }
    }

    /// <summary>Decodes the columns.</summary>
    /// <param name="schema">The file's schema.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="stored">Its episodes, in the order of their rows.</param>
    /// <param name="whole">Whether the conditions and the state are read, too.</param>
    /// <exception cref="InvalidDataException">The columns are not those of these episodes.</exception>
    public static async Task<StoredColumns> Read(ParquetSchema schema, ParquetRowGroupReader rows, IReadOnlyList<StoredEpisode> stored, bool whole)
    {
        long steps = Steps(rows, stored);
        var columns = new StoredColumns(stored, await Numbers($"{StepColumns.ActionName}/list/element", stored.Sum(episode => (episode.Rows - 1L) * episode.ActionDimension)).ConfigureAwait(false));
        columns._ofSteps.Add((StepLayout.Reward, await Numbers(StepColumns.RewardName, steps).ConfigureAwait(false)));
        foreach (var (name, at) in ((string, int)[])[(StepColumns.TerminatedName, StepLayout.Terminated), (StepColumns.TruncatedName, StepLayout.Truncated), (StepColumns.SuccessName, StepLayout.Success)])
            columns._ofSteps.Add((at, await Flags(name, steps).ConfigureAwait(false)));
        if (!whole)
            return columns;
        foreach (var field in schema.Fields.OfType<ListField>())
        {
            string name = $"{field.Name}/list/element";
            if (field.Name == StepColumns.ConditionsName)
            {
                using var conditions = await Column<bool>(name).ConfigureAwait(false);
                columns._conditions = columns.Vector(field.Name, conditions, Bits(conditions.Values));
            }
            else if (field.Name != StepColumns.ActionName)
            {
                using var vector = await Column<double>(name).ConfigureAwait(false);
                columns._state.Add(columns.Vector(field.Name, vector, vector.Values.ToArray()));
            }
        }

        return columns;

        Task<double[]> Numbers(string name, long count) => StoredColumns.Numbers(schema, rows, name, count);

        async Task<double[]> Flags(string name, long count)
        {
            using var column = await Column<bool>(name).ConfigureAwait(false);
            return Checked(name, Bits(column.Values), count);
        }

        Task<RawColumnData<T>> Column<T>(string name) where T : struct => StoredColumns.Column<T>(schema, rows, name);
    }

    /// <summary>Decodes only the rewards of the steps of each episode.</summary>
    /// <inheritdoc cref="Read"/>
    public static async Task<IReadOnlyList<(EpisodeKey Episode, double[] Rewards)>> ReadRewards(ParquetSchema schema, ParquetRowGroupReader rows, IReadOnlyList<StoredEpisode> stored)
    {
        double[] all = await Numbers(schema, rows, StepColumns.RewardName, Steps(rows, stored)).ConfigureAwait(false);
        var rewards = new (EpisodeKey, double[])[stored.Count];
        int first = 0;
        for (int i = 0; i < rewards.Length; i++)
        {
            int steps = stored[i].Rows - 1;
            rewards[i] = (stored[i].Key, all[first..(first + steps)]);
            first += steps;
        }

        return rewards;
    }

    /// <summary>Makes an episode, given by its place in the file.</summary>
    public RecordedEpisode Episode(int place)
    {
        var stored = _stored[place];
        int conditions = _conditions is null ? 0 : _conditions.LengthOf(place);
        var state = _state.Where(vector => vector.LengthOf(place) > 0).ToList();
        var layout = new StepLayout(stored.ActionDimension, conditions, [.. state.Select(vector => new StateField(vector.Name, vector.LengthOf(place)))]);
        double[] values = new double[checked(stored.Rows * layout.Width)];
        values.AsSpan(0, layout.Width).Fill(double.NaN);
        for (int step = 1; step < stored.Rows; step++)
        {
            var row = values.AsSpan(step * layout.Width, layout.Width);
            _actions.AsSpan(_firstAction[place] + (step - 1) * layout.ActionDimension, layout.ActionDimension).CopyTo(row[StepLayout.Action..]);
            foreach (var (at, numbers) in _ofSteps)
                row[at] = numbers[_firstRow[place] - place + step - 1];
        }

        for (int i = 0; i < stored.Rows; i++)
        {
            var row = values.AsSpan(i * layout.Width, layout.Width);
            _conditions?.Of(place, i).CopyTo(row[layout.FirstCondition..]);
            int at = layout.FirstState;
            foreach (var vector in state)
            {
                var numbers = vector.Of(place, i);
                numbers.CopyTo(row[at..]);
                at += numbers.Length;
            }
        }

        return new RecordedEpisode(stored.Suite, stored.TaskGroup, stored.TaskId, stored.Task, stored.EpisodeIndex, stored.Seed, stored.InitStateId, layout, values);
    }

    /// <summary>The number of steps. What has no value is not stored: a column has one for each step, and none for the row after a reset.</summary>
    private static long Steps(ParquetRowGroupReader rows, IReadOnlyList<StoredEpisode> stored) =>
        stored.All(episode => episode.Rows >= 1 && episode.ActionDimension >= 0) && stored.Sum(episode => (long)episode.Rows) == rows.RowCount
            ? rows.RowCount - stored.Count
            : throw new InvalidDataException("its metadata is of another file");

    private static async Task<double[]> Numbers(ParquetSchema schema, ParquetRowGroupReader rows, string name, long count)
    {
        using var column = await Column<double>(schema, rows, name).ConfigureAwait(false);
        return Checked(name, column.Values.ToArray(), count);
    }

    private static async Task<RawColumnData<T>> Column<T>(ParquetSchema schema, ParquetRowGroupReader rows, string name) where T : struct =>
        schema.DataFields.FirstOrDefault(field => field.Path.ToString() == name) is { } field
            ? (RawColumnData<T>)await rows.ReadRawColumnDataBaseAsync(field, default).ConfigureAwait(false)
            : throw new InvalidDataException($"it has no column {name}");

    private static double[] Checked(string name, double[] values, long count) =>
        values.Length >= count ? values : throw new InvalidDataException($"column {name} has {values.Length} values, not {count}");

    private static double[] Bits(ReadOnlySpan<bool> flags)
    {
        double[] values = new double[flags.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = flags[i] ? 1 : 0;
        return values;
    }

    /// <summary>Finds the elements of each episode in a column of lists, which in one episode are all of one length.</summary>
    private VectorColumn Vector(string name, RawColumnData column, double[] values)
    {
        ReadOnlySpan<int> definition = column.DefinitionLevels, repetition = column.RepetitionLevels;
        int[] counts = new int[_stored.Count];
        int row = -1, episode = 0;
        for (int slot = 0; slot < definition.Length; slot++)
        {
            if (repetition[slot] == 0)
                row++;
            while (episode + 1 < _stored.Count && row >= _firstRow[episode + 1])
                episode++;
            if (definition[slot] == StepColumns.Element)
                counts[episode]++;
        }

        int[] lengths = new int[_stored.Count];
        for (int i = 0; i < lengths.Length; i++)
            lengths[i] = counts[i] % _stored[i].Rows == 0 ? counts[i] / _stored[i].Rows : throw new InvalidDataException($"the lists of column {name} have different lengths");
        int[] first = new int[_stored.Count];
        for (int i = 1; i < first.Length; i++)
            first[i] = first[i - 1] + counts[i - 1];
        return counts.Sum() <= values.Length ? new VectorColumn(name, values, first, lengths) : throw new InvalidDataException($"column {name} has {values.Length} values, not {counts.Sum()}");
    }

    /// <summary>A column of vectors: the place of each episode's first element, and the length of its vectors.</summary>
    private sealed class VectorColumn(string name, double[] values, int[] first, int[] lengths)
    {
        public string Name => name;

        public int LengthOf(int episode) => lengths[episode];

        /// <summary>The vector in a row of an episode.</summary>
        public ReadOnlySpan<double> Of(int episode, int row) => values.AsSpan(first[episode] + row * lengths[episode], lengths[episode]);
    }
}
