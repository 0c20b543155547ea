using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Torch.Benchmarks;

if (args is ["ratios", .. var networks])
{
    NetworkRatios.Print(networks);
    return;
}

if (args is ["loop", "plain" or "evalcore", var one])
{
    NetworkLoop.Run(one, args[1] == "plain", TimeSpan.FromSeconds(12));
    return;
}

if (args is ["leaks", .. var families])
{
    MemoryGrowth.Print(calls: 10_000, families);
    return;
}

// In this process, because a program that BenchmarkDotNet writes does not go through build/EvalCore.Torch.targets.
var config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
BenchmarkSwitcher.FromAssembly(typeof(ActInference).Assembly).Run(args, config);
