using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EvalCore.Results;

/// <summary>The text of <c>eval_info.json</c>, laid out as Python's <c>json.dump(info, indent=2)</c> does.</summary>
internal static class EvalInfoJson
{
    private static readonly JsonWriterOptions Layout =
        new() { Indented = true, IndentSize = 2, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(EvalInfo info)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Layout))
        {
            json.WriteStartObject();

            json.WriteStartArray("per_task");
            foreach (var task in info.PerTask)
                WriteTask(json, task, info.OutputDir);
            json.WriteEndArray();

            json.WriteStartObject("per_group");
            foreach (var (group, aggregate) in info.PerGroup)
            {
                json.WriteStartObject(group);
                WriteAggregate(json, aggregate);
                WriteVideoPaths(json, info.Episodes.Where(episode => episode.TaskGroup == group), info.OutputDir);
                json.WriteEndObject();
            }

            json.WriteEndObject();

            json.WriteStartObject("overall");
            WriteAggregate(json, info.Overall);
            WriteFloat(json, "eval_s", info.EvalS);
            WriteFloat(json, "eval_ep_s", info.EvalEpS);
            WriteVideoPaths(json, info.Episodes, info.OutputDir);
            json.WriteEndObject();

            json.WritePropertyName("provenance");
            info.Provenance.WriteTo(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length) + "\n";
    }

    public static EvalInfo Read(string text, string path)
    {
        var root = JsonNode.Parse(text)!.AsObject();
        if (root["provenance"] is not JsonObject provenance)
            throw new EvalCoreException($"{path}: has no provenance: lerobot-eval wrote it, not evalcore");

        if (root["per_task"] is not JsonArray { Count: > 0 } tasks || (root["overall"] as JsonObject)?["eval_s"] is not JsonValue evalS)
            throw new JsonException("it has no per_task, or no overall.eval_s");
        var episodes = new List<EpisodeRecord>();
        foreach (var task in tasks)
        {
            if (task?["episodes"] is not JsonArray list)
                throw new EvalCoreException($"{path}: has no 'episodes' per task: lerobot-eval wrote it, not evalcore");
            foreach (var episode in list)
                episodes.Add(episode.Deserialize<EpisodeRecord>(Journal.Json) ?? throw new JsonException("null episode"));
        }

        if (episodes.Count == 0)
            throw new JsonException("it has no episode");
        string outputDir = (string?)provenance["output_dir"] ?? "";
        return new EvalInfo(episodes, (double)evalS, outputDir, provenance);
    }

    private static void WriteTask(Utf8JsonWriter json, TaskResult task, string outputDir)
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
        WriteVideoPaths(json, task.Episodes, outputDir);
        json.WriteEndObject();

        json.WriteStartArray("episodes");
        foreach (var episode in task.Episodes)
            JsonSerializer.Serialize(json, episode, Journal.Json);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteAggregate(Utf8JsonWriter json, Aggregate aggregate)
    {
        WriteFloat(json, "avg_sum_reward", aggregate.AvgSumReward);
        WriteFloat(json, "avg_max_reward", aggregate.AvgMaxReward);
        WriteFloat(json, "pc_success", aggregate.PcSuccess);
        json.WriteNumber("n_episodes", aggregate.NEpisodes);
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

        // Videos of a world model's predictions: LeRobot's key, always empty for the policies of this program.
        json.WriteStartArray("predicted_video_paths");
        json.WriteEndArray();
    }

    private static void WriteFloats(Utf8JsonWriter json, string name, IEnumerable<double> values)
    {
        json.WriteStartArray(name);

        // A raw value is not put on a line of its own by the writer.
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
