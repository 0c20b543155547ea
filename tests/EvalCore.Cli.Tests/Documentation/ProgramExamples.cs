using Benchmarks.PushT;
using EvalCore.Commands;
using EvalCore.Torch;

namespace EvalCore.Cli.Tests.Documentation;

/// <summary>Programs that the pages show, compiled and not run.</summary>
internal static class ProgramExamples
{
    public static async Task<int> BuiltIn(string[] args)
    {
        return await EvalCoreApp.Run(args, registry => registry.Add(new PushTSuite()).Add(new LeRobotPolicies()));
    }
}
