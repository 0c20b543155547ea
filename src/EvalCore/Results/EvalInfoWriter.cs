using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using EvalCore.Features;

namespace EvalCore.Results;

/// <summary>
/// Writes the text of <c>eval_info.json</c>, formatted as by Python's <c>json.dump(info, indent=2)</c>. In each object
/// LeRobot 0.6.1's keys come first, in its order, then those that LeRobot 0.7 adds (lerobot_eval.py,
/// <c>eval_policy_all</c>), then ours.
/// </summary>
internal static class EvalInfoWriter
{
    private static readonly JsonWriterOptions Layout =
        new() { Indented = true, IndentSize = 2, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>As in the journal, but with NaN and infinities as in the rest of the file.</summary>
    private static readonly JsonSerializerOptions Episodes = EpisodeOptions();

    /// <summary>The text of a result. A result without provenance has LeRobot's keys only.</summary>
    public static string Write(EvalInfo info)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Layout))
        {
            json.WriteStartObject();

            json.WriteStartArray("per_task");
            foreach (var task in info.PerTask)
                WriteTask(json, task, info);
            json.WriteEndArray();

            json.WriteStartObject("per_group");
            foreach (var (group, aggregate) in info.PerGroup)
            {
                json.WriteStartObject(group);
                WriteAggregate(json, aggregate);
                WriteVideoPaths(json, info.Episodes.Where(episode => episode.TaskGroup == group), info.OutputDir);
                json.WriteNumber("n_success", aggregate.NSuccess);
                WriteErrors(json, info.Errors.Count(episode => episode.TaskGroup == group));
                WriteInterval(json, aggregate);
                WriteProgress(json, aggregate);
                json.WriteEndObject();
            }

            json.WriteEndObject();

            json.WriteStartObject("overall");
            WriteAggregate(json, info.Overall);
            WriteFloat(json, "eval_s", info.EvalS);
            WriteFloat(json, "eval_ep_s", info.EvalEpS);
            WriteVideoPaths(json, info.Episodes, info.OutputDir);
            json.WriteNumber("n_success", info.Overall.NSuccess);
            WriteErrors(json, info.Errors.Count);
            WriteInterval(json, info.Overall);
            WriteProgress(json, info.Overall);
            json.WriteEndObject();

            if (info.Provenance is not null)
            {
                json.WritePropertyName("provenance");
                info.Provenance.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length) + "\n";
    }

    private static void WriteTask(Utf8JsonWriter json, TaskResult task, EvalInfo info)
    {
        json.WriteStartObject();
        json.WriteString("task_group", task.TaskGroup);
        json.WriteNumber("task_id", task.TaskId);
        json.WriteStartObject("metrics");
        WriteFloats(json, "sum_rewards", task.Episodes.Select(episode => episode.SumReward));
        WriteFloats(json, "max_rewards", task.Episodes.Select(episode => episode.MaxReward));
        json.WriteStartArray("successes");
        foreach (var episode in task.Episodes)
            json.WriteBooleanValue(episode.Success);
        json.WriteEndArray();
        WriteVideoPaths(json, task.Episodes, info.OutputDir);
        json.WriteEndObject();

        var metrics = task.Metrics;
        json.WriteNumber("n_episodes", metrics.NEpisodes);
        json.WriteNumber("n_success", metrics.NSuccess);
        WriteErrors(json, task.Errors.Count);
        WriteFloat(json, "pc_success", metrics.PcSuccess);
        WriteInterval(json, metrics);
        WriteProgress(json, metrics);
        if (info.Provenance is not null)
        {
            WriteDiagnostics(json, task, info);
            json.WriteStartArray("episodes");
            foreach (var episode in task.Episodes)
                JsonSerializer.Serialize(json, episode, Episodes);
            json.WriteEndArray();
            if (task.Errors.Count > 0)
            {
                json.WriteStartArray("errors");
                foreach (var episode in task.Errors)
                    JsonSerializer.Serialize(json, episode, Episodes);
                json.WriteEndArray();
            }
        }

        json.WriteEndObject();
    }

    /// <summary>Writes what the task's episodes saw of each feature, where they record it.</summary>
    private static void WriteDiagnostics(Utf8JsonWriter json, TaskResult task, EvalInfo info)
    {
        if (task.Diagnostics is not { } diagnostics)
            return;
        var features = DiagnosticNotes.FeaturesOf(info, task.Suite);
        json.WriteStartObject("diagnostics");
        foreach (var (name, counts) in diagnostics.Features)
        {
            json.WriteStartObject(name);
            WriteCounts(json, counts, features?.GetValueOrDefault(name));
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteCounts(Utf8JsonWriter json, FeatureCounts counts, Feature? feature)
    {
        bool isImage = feature?.Kind == FeatureKind.Image;
        json.WriteNumber("observations", counts.Observations);
        if (feature?.Statistics is { } statistics)
        {
            WriteShare("outside", counts.Outside);
            WriteShare("beyond_5_std", counts.Beyond5Std);
            WriteShare("far_out", counts.FarOut);
            int[] constant = [.. Enumerable.Range(0, feature.Components).Where(statistics.IsConstant)];
            if (constant.Length > 0)
                WriteNumbers("zero_std", constant);
        }
        else
        {
            json.WriteBoolean("without_statistics", true);
        }

        if (feature?.ActionSpace is not null)
        {
            WriteShare("outside_bounds", counts.OutsideBounds);
            WriteShare("far_out_of_bounds", counts.FarOutOfBounds);
        }

        if (isImage)
        {
            WriteFloat(json, "black", (double)counts.Black / counts.Observations);
            WriteFloat(json, "constant", (double)counts.Constant / counts.Observations);
        }

        if (counts.NotFinite > 0)
            json.WriteNumber("not_finite", counts.NotFinite);
        double scale = isImage ? 255 : 1;
        WriteFloats(json, "mean", Enumerable.Range(0, counts.Sum.Count).Select(i => counts.MeanOf(i) / scale));
        WriteFloats(json, "min", counts.Min.Select(value => value / scale));
        WriteFloats(json, "max", counts.Max.Select(value => value / scale));

        void WriteShare(string key, IReadOnlyList<long>? of) =>
            WriteFloat(json, key, of is null ? 0 : of.Sum(count => (double)count) / (counts.Values * of.Count));

        void WriteNumbers(string key, int[] numbers)
        {
            json.WriteStartArray(key);
            foreach (int number in numbers)
                json.WriteNumberValue(number);
            json.WriteEndArray();
        }
    }

    private static JsonSerializerOptions EpisodeOptions()
    {
        var options = new JsonSerializerOptions(Journal.Json);
        options.Converters.Insert(0, new PythonFloat.BareConverter());
        return options;
    }

    private static void WriteAggregate(Utf8JsonWriter json, Aggregate aggregate)
    {
        WriteFloat(json, "avg_sum_reward", aggregate.AvgSumReward);
        WriteFloat(json, "avg_max_reward", aggregate.AvgMaxReward);
        WriteFloat(json, "pc_success", aggregate.PcSuccess);
        json.WriteNumber("n_episodes", aggregate.NEpisodes);
    }

    private static void WriteInterval(Utf8JsonWriter json, Aggregate aggregate) =>
        WriteFloats(json, "pc_success_ci95", [aggregate.PcSuccessCi95.Low, aggregate.PcSuccessCi95.High]);

    /// <summary>Writes the number of episodes that could not be played where there are any.</summary>
    private static void WriteErrors(Utf8JsonWriter json, int errors)
    {
        if (errors > 0)
            json.WriteNumber("n_errors", errors);
    }

    /// <summary>Writes the mean progress where there is one.</summary>
    private static void WriteProgress(Utf8JsonWriter json, Aggregate aggregate)
    {
        if (aggregate.AvgProgress is { } progress)
            WriteFloat(json, "avg_progress", progress);
    }

    private static void WriteVideoPaths(Utf8JsonWriter json, IEnumerable<EpisodeRecord> episodes, string outputDir)
    {
        json.WriteStartArray("video_paths");
        foreach (var episode in episodes)
        {
            if (episode.VideoPath is not null)
                json.WriteStringValue(Path.Combine(outputDir, episode.VideoPath));
        }

        json.WriteEndArray();

        // Videos of a world model's predictions: no policy of this program makes them.
        json.WriteStartArray("predicted_video_paths");
        json.WriteEndArray();
    }

    private static void WriteFloats(Utf8JsonWriter json, string name, IEnumerable<double> values)
    {
        json.WriteStartArray(name);

        // The writer does not start a new line for a raw value.
        string line = Layout.NewLine + new string(' ', Layout.IndentSize * json.CurrentDepth);
        foreach (double value in values)
            json.WriteRawValue(line + PythonFloat.Format(value), skipInputValidation: true);
        json.WriteEndArray();
    }

    private static void WriteFloat(Utf8JsonWriter json, string name, double value)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(PythonFloat.Format(value), skipInputValidation: true);
    }
}
