using System.ComponentModel.DataAnnotations;
using EvalCore.Options;
using EvalCore.Policies;

namespace EvalCore.Tests.Options;

/// <summary>
/// A built-in policy <c>expert</c>, and policies <c>act</c> in folders whose file <c>toy.json</c> contains their flags.
/// </summary>
internal sealed class ToyPolicies : IPolicySource
{
    public const string File = "toy.json";

    public IReadOnlyDictionary<string, string> Types { get; } =
        new Dictionary<string, string> { ["act"] = "action chunks", ["expert"] = "the toy's expert" };

    public PolicyConfig NewConfig(string type) => type == "act" ? new Act() : new Expert();

    public PolicyConfig? Recognize(string path)
    {
        string file = Path.Combine(path, File);
        if (!System.IO.File.Exists(file))
            return null;
        var act = new Act { Path = Path.GetFullPath(path) };
        OptionProperty.Bind(act, file, JsonFile.Read(file, "a toy policy"));
        return act;
    }

    internal sealed class Expert : PolicyConfig
    {
        public override string Type => "expert";

        public override IPolicy Make(PolicyContext context) => throw new NotSupportedException();
    }

    internal sealed class Act : PolicyConfig
    {
        public override string Type => "act";

        [Range(1, 100)]
        public int NActionSteps { get; set; } = 8;

        public bool UseVae { get; set; }

        public override IPolicy Make(PolicyContext context) => throw new NotSupportedException();
    }
}
