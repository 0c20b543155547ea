using EvalCore.Diagnostics;
using EvalCore.Policies;

namespace EvalCore.Onnx;

/// <summary>ONNX models with a JSON file beside them: <c>--policy.path=model.onnx</c>, run by onnxruntime on the CPU.</summary>
public sealed class OnnxPolicies : IPolicySource
{
    private const string Ending = ".onnx";

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Types { get; } =
        new Dictionary<string, string> { [OnnxConfig.Name] = "an ONNX model, with a JSON file beside it" };

    /// <inheritdoc/>
    public IReadOnlyList<Check> Checks { get; } = [OnnxLibrary.Check];

    /// <inheritdoc/>
    public PolicyConfig NewConfig(string type) => new OnnxConfig();

    /// <summary>The flags of a model, filled with what the JSON beside it states; null where the path does not end in <c>.onnx</c>.</summary>
    /// <exception cref="EvalCoreException">There is no such file, it is damaged, or a field of the JSON has a value that it cannot have.</exception>
    public PolicyConfig? Recognize(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!path.EndsWith(Ending, StringComparison.OrdinalIgnoreCase) || Directory.Exists(path))
            return null;
        if (!File.Exists(path))
            throw new EvalCoreException($"--policy.path: there is no file '{path}'");
        return OnnxConfig.Of(Path.GetFullPath(path));
    }
}
