using System.Diagnostics;
using System.Globalization;
using EvalCore.Policies;

namespace Remote.Benchmarks;

/// <summary>
/// <c>dotnet run -c Release --project perf/Remote.Benchmarks -- connections</c>: answers per second with 1 to 8 connections, of a
/// server whose inference takes 20 ms, for requests in turns and at once.
/// </summary>
internal static class Connections
{
    private static readonly TimeSpan Inference = TimeSpan.FromMilliseconds(20);

    public static async Task Measure(string[] args)
    {
        int calls = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 100;
        foreach (bool inTurns in (bool[])[true, false])
        {
            foreach (int connections in (int[])[1, 2, 4, 8])
            {
                using var server = new LoopbackServer(Inference, inTurns);
                using var request = new LiberoRequest(server.Address, 224);
                long start = Stopwatch.GetTimestamp();
                await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(() =>
                {
                    using var session = request.NewSession();
                    for (int i = 0; i < calls; i++)
                        request.Call(session, new IPolicySession[1], new double[7]);
                })));
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{(inTurns ? "in turns" : "at once")}, {connections} connections: {connections * calls / Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} answers per second"));
            }
        }
    }
}
