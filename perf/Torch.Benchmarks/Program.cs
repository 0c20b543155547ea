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
    bool counted = families.Length > 0 && int.TryParse(families[0], out _);
    MemoryGrowth.Print(counted ? int.Parse(families[0], System.Globalization.CultureInfo.InvariantCulture) : 10_000, counted ? families[1..] : families);
    return;
}

// In this process, because a program that BenchmarkDotNet writes does not go through build/EvalCore.Torch.targets.
var config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
BenchmarkSwitcher.FromAssembly(typeof(ActInference).Assembly).Run(args, config);
