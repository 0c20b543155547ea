namespace EvalCore.Tests;

/// <summary>
/// Whether tests may take minutes: all recorded episodes instead of some, as continuous integration runs them
/// (<c>EVALCORE_LONG=1</c>).
/// </summary>
internal static class LongRun
{
    public static bool Is => Environment.GetEnvironmentVariable("EVALCORE_LONG") == "1";
}
