using Benchmarks.Libero;
using Benchmarks.MetaWorld;
using Benchmarks.PushT;
using EvalCore.Evaluation;
using EvalCore.Onnx;
using EvalCore.Records;
using EvalCore.Remote;
using EvalCore.Torch;

namespace EvalCore.Cli;

/// <summary>The suites, sources of policies and files of records of the program evalcore.</summary>
public static class BuiltIn
{
    /// <summary>Adds all of them. A new suite is added here.</summary>
    public static void Register(Registry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        registry
            .Add(new PushTSuite())
            .Add(new MetaWorldSuite())
            .Add(new LiberoSuite())
            .Add(new OnnxPolicies())
            .Add(new RemotePolicies())
            .Add(new LeRobotPolicies())
            .Add(new ParquetSteps())
            .Add(new DuckDbQueries())
            .Add(new SqliteHistory());
    }
}
