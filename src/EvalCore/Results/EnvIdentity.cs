using System.Text.Json.Nodes;

namespace EvalCore.Results;

/// <summary>Identifies the environments of a run.</summary>
/// <param name="Type">The suite.</param>
/// <param name="Flags">Its flags without the tasks, since results of different tasks can be merged.</param>
public sealed record EnvIdentity(string Type, JsonObject Flags);
