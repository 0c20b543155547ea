namespace Chipmunk;

/// <summary>The result of looking for the native library.</summary>
/// <param name="Path">The loaded file; null when none was found.</param>
/// <param name="Version">The version of the loaded library; null when none was found.</param>
/// <param name="Problem">
/// The problem, in one line; null when the library was loaded. <see cref="ChipmunkLibrary.Fix"/> is the command that
/// installs it.
/// </param>
public sealed record LibraryStatus(string? Path, string? Version, string? Problem);
