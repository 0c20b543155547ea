using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Benchmarks.MetaWorld;
using EvalCore.Evaluation;
using MetaWorld.Benchmarks;

// IsolationCost starts this program again as the process of an environment.
if (EvalOptions.RunWorker(args, new Registry().Add(new MetaWorldSuite())) is { } ended)
    return ended;

// In this process, because a program that BenchmarkDotNet writes does not go through build/EvalCore.Torch.targets.
var config = DefaultConfig.Instance.AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).AsMutator());
BenchmarkSwitcher.FromAssembly(typeof(StepBenchmarks).Assembly).Run(args, config);
return 0;
