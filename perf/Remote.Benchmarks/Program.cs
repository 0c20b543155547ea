using BenchmarkDotNet.Running;
using Remote.Benchmarks;

if (args is ["connections", ..])
    await Connections.Measure(args[1..]);
else
    BenchmarkSwitcher.FromAssembly(typeof(ClientCost).Assembly).Run(args);
