namespace EvalCore.History;

/// <summary>What an entry of a history is of.</summary>
public enum HistoryKind
{
    /// <summary>A run.</summary>
    Run,

    /// <summary>A benchmark of BenchmarkDotNet.</summary>
    Benchmark,
}
