using EvalCore.Evaluation;

namespace EvalCore.Cli.Tests;

/// <summary>The registry of the program evalcore.</summary>
internal static class BuiltInRegistry
{
    public static Registry All { get; } = Compose();

    private static Registry Compose()
    {
        var registry = new Registry();
        BuiltIn.Register(registry);
        return registry;
    }
}
