using EvalCore.Policies;

namespace EvalCore.Tests.Training;

/// <summary>A source whose policies are folders with a file <c>policy</c>; an empty file is half-written.</summary>
internal sealed class StepFolders : IPolicySource
{
    public IReadOnlyDictionary<string, string> Types { get; } = new Dictionary<string, string>();

    public PolicyConfig NewConfig(string type) => throw new NotSupportedException();

    public string? PolicyIn(string folder)
    {
        string inner = Path.Combine(folder, "model");
        return File.Exists(Path.Combine(inner, "policy")) ? inner : File.Exists(Path.Combine(folder, "policy")) ? folder : null;
    }

    public string? Unfinished(string path) => new FileInfo(Path.Combine(path, "policy")).Length == 0 ? "policy is empty" : null;
}
