using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using EvalCore.Environments;
using EvalCore.Isolation;
using EvalCore.Options;

namespace EvalCore.Tests.Isolation;

/// <summary>Makes the test program one that can be started as the process of an environment of the suite fragile.</summary>
internal static class TestWorker
{
    /// <summary>The test program.</summary>
    public static WorkerProgram Program => WorkerProgram.Own!;

#pragma warning disable CA2255 // The entry point of a test program is generated: this runs before it.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Start()
    {
        string[] args = Environment.GetCommandLineArgs()[1..];
        if (IsolatedWorker.IsStartedBy(args))
            Environment.Exit(IsolatedWorker.Run(args, Open));
    }

    private static IBenchmark Open(JsonObject flags)
    {
        var config = new FragileConfig();
        flags.Remove("type");
        OptionProperty.Bind(config, "flags", flags);
        return config.Open();
    }
}
