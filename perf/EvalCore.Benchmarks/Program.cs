using Benchmarks.PushT;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using EvalCore.Benchmarks;
using EvalCore.Benchmarks.Scaling;
using EvalCore.Evaluation;

if (args is ["scaling", var run, ..])
{
    ScalingTable.Run([run, .. args[2..]]);
    return 0;
}

if (args is ["recording"])
{
    RecordingCost.Print();
    return 0;
}

// IsolationCost starts this program again as the process of an environment.
if (EvalOptions.RunWorker(args, new Registry().Add(new PushTSuite())) is { } ended)
    return ended;

// Benchmarks run in this process, because projects that BenchmarkDotNet generates do not import build/EvalCore.Torch.targets.
var config = DefaultConfig.Instance.AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).AsMutator());
BenchmarkSwitcher.FromAssembly(typeof(MainJob).Assembly).Run(args, config);
return 0;
