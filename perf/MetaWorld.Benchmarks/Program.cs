using BenchmarkDotNet.Running;
using MetaWorld.Benchmarks;

BenchmarkSwitcher.FromAssembly(typeof(StepBenchmarks).Assembly).Run(args);
