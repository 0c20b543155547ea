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

if (args is ["leaks", .. var names])
{
    bool counted = names.Length > 0 && int.TryParse(names[0], out _);
    MemoryGrowth.Print(counted ? int.Parse(names[0], System.Globalization.CultureInfo.InvariantCulture) : 10_000, counted ? names[1..] : names);
    return;
}

// In this process, because a program that BenchmarkDotNet writes does not go through build/EvalCore.Torch.targets.
var config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
BenchmarkSwitcher.FromAssembly(typeof(ActInference).Assembly).Run(args, config);
