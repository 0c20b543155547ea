using BenchmarkDotNet.Attributes;
using Benchmarks.Libero.Simulation;
using Benchmarks.MuJoCo;

namespace Libero.Benchmarks;

/// <summary>
/// Images rendered by several threads, each with its own simulation, as the slots of a run do. Without a GPU Mesa uses threads of
/// its own for each image; LP_NUM_THREADS limits them: run it with LP_NUM_THREADS=0, =1 and without.
/// </summary>
public class ImageThreadBenchmarks
{
    private const int Pairs = 8, Size = 256;
    private Worker[] _workers = [];

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var task = new RecordedTask("libero_spatial/0");
        task.Reset();
        _workers = [.. Enumerable.Range(0, Threads).Select(_ => new Worker(task))];
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        foreach (var worker in _workers)
            worker.Dispose();
    }

    /// <summary>Eight observations of two images by each thread; the time is that of one observation of one thread.</summary>
    [Benchmark(OperationsPerInvoke = Pairs)]
    public void Observations()
    {
        foreach (var worker in _workers)
            worker.Start();
        foreach (var worker in _workers)
            worker.Wait();
    }

    private sealed class Worker : IDisposable
    {
        private readonly SemaphoreSlim _start = new(0), _done = new(0);
        private readonly Thread _thread;
        private bool _ends;

        public Worker(RecordedTask task)
        {
            _thread = new Thread(() => Work(task));
            _thread.Start();
            Wait();
        }

        public void Start() => _start.Release();

        public void Wait() => _done.Wait();

        public void Dispose()
        {
            _ends = true;
            Start();
            _thread.Join();
            _start.Dispose();
            _done.Dispose();
        }

        private void Work(RecordedTask task)
        {
            using var cameras = new SceneCameras(task.Simulation.Model, ["agentview", "robot0_eye_in_hand"], Size, Size, ImageRotation.BottomUp);
            byte[] image = new byte[3 * Size * Size];
            _done.Release();
            while (true)
            {
                _start.Wait();
                if (_ends)
                    return;
                for (int i = 0; i < Pairs; i++)
                {
                    cameras.Render(0, task.Simulation.Observables.Poses, image);
                    cameras.Render(1, task.Simulation.Observables.Poses, image);
                }

                _done.Release();
            }
        }
    }
}
