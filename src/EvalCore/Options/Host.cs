namespace EvalCore.Options;

/// <summary>What reading options takes from the machine, so that a test can bring its own.</summary>
/// <param name="Variable">Reads an environment variable; null where it is not set.</param>
/// <param name="Time">The clock that names the default output folder.</param>
/// <param name="Cores">How many processors the automatic batch size reckons with.</param>
public sealed record Host(Func<string, string?> Variable, TimeProvider Time, int Cores)
{
    /// <summary>The machine the program runs on.</summary>
    public static Host Local { get; } =
        new(Environment.GetEnvironmentVariable, TimeProvider.System, Environment.ProcessorCount);
}
