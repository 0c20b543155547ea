using EvalCore.Environments;
using EvalCore.Remote.Wire;

namespace EvalCore.Remote.Requests;

/// <summary>Numbers of the observation, float64.</summary>
/// <param name="key">The request's key.</param>
/// <param name="source">The observation's field.</param>
internal sealed class VectorField(string key, string source) : RequestField(key)
{
    public override IEnumerable<string> Reads => [source];

    public override string Content => source;

    public override void Write(MessagePackWriter writer, Observation observation, EnvTask task) => writer.Array(observation.Vector(source));
}
