using EvalCore.Environments;
using EvalCore.Remote.Wire;

namespace EvalCore.Remote.Requests;

/// <summary>A map within the request.</summary>
/// <param name="key">The request's key.</param>
/// <param name="fields">Its entries.</param>
internal sealed class GroupField(string key, IReadOnlyList<RequestField> fields) : RequestField(key)
{
    /// <summary>The entries.</summary>
    public IReadOnlyList<RequestField> Fields => fields;

    public override IEnumerable<string> Reads => fields.SelectMany(entry => entry.Reads);

    public override string Content => $"{{{string.Join("; ", fields.Select(entry => $"{entry.Key}: {entry.Content}"))}}}";

    public override void Write(MessagePackWriter writer, Observation observation, EnvTask task)
    {
        writer.Map(fields.Count);
        foreach (var field in fields)
        {
            writer.Text(field.Key);
            field.Write(writer, observation, task);
        }
    }
}
