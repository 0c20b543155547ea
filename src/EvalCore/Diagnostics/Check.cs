using System.Runtime.InteropServices;

namespace EvalCore.Diagnostics;

/// <summary>A prerequisite that <c>evalcore doctor</c> checks. The code that needs it declares the check.</summary>
/// <param name="Name">The name of the prerequisite.</param>
/// <param name="Find">
/// Returns what was found: a version or a path. Throws <see cref="EvalCoreException"/> when it is missing; the message
/// states the command that installs it.
/// </param>
/// <param name="Optional">Whether an evaluation can run without it.</param>
public sealed record Check(string Name, Func<string> Find, bool Optional = false)
{
    /// <summary>The command that installs the prerequisite; null when the message alone says what to do.</summary>
    public string? Fix { get; init; }

    /// <summary>
    /// Puts the prerequisite into the cache, so that a machine can be offline later, and returns what is there then. Null when
    /// only the user can install it. Throws <see cref="EvalCoreException"/> when it cannot be fetched.
    /// </summary>
    public Func<string>? Fetch { get; init; }

    /// <summary>
    /// Whether there is none on this machine, so that <see cref="Fetch"/> downloads it; an evaluation then says so before it
    /// starts. Null where the evaluation itself finds out.
    /// </summary>
    public Func<bool>? IsMissing { get; init; }

    /// <summary>The .NET runtime and the processors.</summary>
    public static Check Runtime { get; } = new(
        ".NET", () => $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}, {Environment.ProcessorCount} cores");
}
