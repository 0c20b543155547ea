using BenchmarkDotNet.Attributes;
using EvalCore.Policies;
using EvalCore.Remote.Requests;
using EvalCore.Remote.Wire;

namespace Remote.Benchmarks;

/// <summary>
/// What a call costs beside the server's time, with two images: <see cref="WriteRequest"/> is the message alone,
/// <see cref="Call"/> the whole call, with both directions of the network on this machine and a server in this process that
/// answers at once. At 256 the images are resized to 224.
/// </summary>
[MemoryDiagnoser]
public class ClientCost
{
    private readonly double[] _action = new double[7];
    private readonly IPolicySession[] _alone = new IPolicySession[1];
    private readonly MessagePackWriter _writer = new(ArrayKeys.Binary);
    private readonly byte[] _resized = new byte[224 * 224 * 3];
    private LoopbackServer _server = null!;
    private LiberoRequest _request = null!;
    private IPolicySession _session = null!;
    private ResizeWithPad _resize = null!;

    /// <summary>Rows and columns of the images.</summary>
    [Params(224, 256)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _server = new LoopbackServer();
        _request = new LiberoRequest(_server.Address, Size);
        _session = _request.NewSession();
        _resize = new ResizeWithPad(Size, Size, 224, 224);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _session.Dispose();
        _request.Dispose();
        _server.Dispose();
    }

    [Benchmark]
    public void WriteRequest() => _session.Observe(_request.Observation);

    [Benchmark]
    public void Resize() => _resize.Apply(_request.Observation.Image(0), _resized);

    [Benchmark]
    public void Call() => _request.Call(_session, _alone, _action);
}
