using EvalCore.Environments;
using EvalCore.Remote.Wire;

namespace EvalCore.Remote.Requests;

/// <summary>The task's instruction; its name where the suite has none.</summary>
/// <param name="key">The request's key.</param>
internal sealed class TaskField(string key) : RequestField(key)
{
    /// <summary>The value of <c>--policy.request_keys</c> for the instruction.</summary>
    public const string Source = "task";

    public override IEnumerable<string> Reads => [];

    public override string Content => Source;

    public override void Write(MessagePackWriter writer, Observation observation, EnvTask task) =>
        writer.Text(task.Description.Length > 0 ? task.Description : task.Name);
}
