using System.Text.Json.Nodes;
using EvalCore.Environments;

namespace EvalCore.Isolation;

/// <summary>The texts of commands and replies.</summary>
internal static class WorkerText
{
    /// <summary>A task.</summary>
    public static string Of(EnvTask task) => new JsonObject
    {
        ["suite"] = task.Suite,
        ["group"] = task.Group,
        ["id"] = task.Id,
        ["name"] = task.Name,
        ["description"] = task.Description,
        ["init_states"] = task.InitStates,
        ["max_steps"] = task.MaxSteps,
    }.ToJsonString();

    /// <summary>Reads a task.</summary>
    public static EnvTask TaskOf(string text)
    {
        var json = JsonNode.Parse(text)!;
        return new EnvTask((string)json["suite"]!, (string)json["group"]!, (int)json["id"]!, (string)json["name"]!, (string)json["description"]!)
        {
            InitStates = (int?)json["init_states"],
            MaxSteps = (int?)json["max_steps"],
        };
    }

    /// <summary>What an environment has, without what its benchmark says.</summary>
    public static string Of(EnvironmentLayout layout) => new JsonObject
    {
        ["max_episode_steps"] = layout.MaxEpisodeSteps,
        ["snapshot_length"] = layout.SnapshotLength,
        ["conditions"] = layout.Conditions,
        ["float64_actions"] = layout.HasFloat64Actions,
        ["state"] = new JsonArray([.. layout.State.Select(field => new JsonObject { ["name"] = field.Name, ["length"] = field.Length, ["optional"] = field.IsOptional })]),
        ["bytes"] = layout.Bytes,
    }.ToJsonString();

    /// <summary>Reads what an environment has.</summary>
    /// <exception cref="InvalidOperationException">Its spaces are not those of its benchmark.</exception>
    public static EnvironmentLayout LayoutOf(string text, ActionSpace actions, ObservationSpace space)
    {
        var json = JsonNode.Parse(text)!;
        StateField[] state =
        [
            .. json["state"]!.AsArray().Select(field => new StateField((string)field!["name"]!, (int)field["length"]!) { IsOptional = (bool)field["optional"]! }),
        ];
        var layout = new EnvironmentLayout(
            actions.Dimension, (int)json["max_episode_steps"]!, (int)json["snapshot_length"]!, (int)json["conditions"]!, state, (bool)json["float64_actions"]!, space);
        return layout.Bytes == (int)json["bytes"]!
            ? layout
            : throw new InvalidOperationException("An environment's spaces of actions and observations are not those of its benchmark.");
    }

    /// <summary>An exception.</summary>
    public static string Of(Exception e) => new JsonObject
    {
        ["type"] = e switch
        {
            // Who calls an environment catches these with what derives from them.
            ArgumentException => nameof(ArgumentException),
            OperationCanceledException => nameof(OperationCanceledException),
            _ => e.GetType().Name,
        },
        ["message"] = Start(e.Message, 10_000),
        ["details"] = Start(e.ToString(), 20_000),
    }.ToJsonString();

    /// <summary>
    /// Reads an exception. Those that the contracts of environments name are the same; others name their type in their message.
    /// </summary>
    public static Exception ExceptionOf(string text)
    {
        var json = JsonNode.Parse(text)!;
        string type = (string)json["type"]!, message = (string)json["message"]!;
        return type switch
        {
            nameof(EvalCoreException) => new EvalCoreException(message),
            nameof(LostEnvironmentException) => new LostEnvironmentException(message),
            nameof(ArgumentException) => new ArgumentException(message),
            nameof(OperationCanceledException) => new OperationCanceledException(message),
            _ => new EnvironmentFailedException($"{type}: {message.ReplaceLineEndings(" ")}", (string)json["details"]!),
        };
    }

    /// <summary>The start of a text. A character takes up to six bytes in JSON, and a mailbox is not large.</summary>
    private static string Start(string text, int length) => text.Length > length ? text[..length] : text;
}
