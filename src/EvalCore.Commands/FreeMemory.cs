using System.Globalization;

namespace EvalCore.Commands;

/// <summary>The memory that this process can still take.</summary>
internal static class FreeMemory
{
    private const string Field = "MemAvailable:";

    /// <summary>
    /// What Linux has for a new program, and no more than the limit of this process (a container's, or the machine's) leaves.
    /// </summary>
    public static long Bytes => Math.Min(OfMachine(), GC.GetGCMemoryInfo().TotalAvailableMemoryBytes - Environment.WorkingSet);

    private static long OfMachine()
    {
        const string File = "/proc/meminfo";
        string? line = System.IO.File.Exists(File) ? System.IO.File.ReadLines(File).FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal)) : null;
        return line is not null && long.TryParse(line[Field.Length..].Replace(" kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture, out long kilobytes)
            ? kilobytes << 10
            : long.MaxValue;
    }
}
