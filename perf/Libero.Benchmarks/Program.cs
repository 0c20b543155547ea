using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Libero.Benchmarks;

var job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance);
if (args.Contains("--cpu"))
    job = job.WithClock(new CpuClock());
BenchmarkSwitcher.FromAssembly(typeof(StepBenchmarks).Assembly)
    .Run([.. args.Where(arg => arg != "--cpu")], DefaultConfig.Instance.AddJob(job.AsMutator()));
