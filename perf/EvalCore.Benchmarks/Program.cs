using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using EvalCore.Benchmarks;
using EvalCore.Benchmarks.Scaling;

if (args is ["scaling", var run, ..])
{
    ScalingTable.Run([run, .. args[2..]]);
    return;
}

// Benchmarks run in this process, because projects that BenchmarkDotNet generates do not import build/EvalCore.Torch.targets.
var config = DefaultConfig.Instance.AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).AsMutator());
BenchmarkSwitcher.FromAssembly(typeof(MainJob).Assembly).Run(args, config);
