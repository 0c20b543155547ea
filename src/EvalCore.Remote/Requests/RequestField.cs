using EvalCore.Environments;
using EvalCore.Remote.Wire;

namespace EvalCore.Remote.Requests;

/// <summary>An entry of a request.</summary>
/// <param name="key">Its key.</param>
internal abstract class RequestField(string key)
{
    /// <summary>The key.</summary>
    public string Key { get; } = key;

    /// <summary>The observation fields that it reads.</summary>
    public abstract IEnumerable<string> Reads { get; }

    /// <summary>What it sends, for <c>provenance</c>.</summary>
    public abstract string Content { get; }

    /// <summary>Writes the value.</summary>
    public abstract void Write(MessagePackWriter writer, Observation observation, EnvTask task);
}
