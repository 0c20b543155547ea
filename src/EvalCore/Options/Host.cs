namespace EvalCore.Options;

/// <summary>The machine's properties that options depend on. Tests replace them.</summary>
/// <param name="Variable">Reads an environment variable; null when it is not set.</param>
/// <param name="Time">The clock. Its time is part of the default output folder.</param>
/// <param name="Cores">The number of processors, for the automatic batch size.</param>
public sealed record Host(Func<string, string?> Variable, TimeProvider Time, int Cores)
{
    /// <summary>The machine the program runs on.</summary>
    public static Host Local { get; } =
        new(Environment.GetEnvironmentVariable, TimeProvider.System, Environment.ProcessorCount);
}
