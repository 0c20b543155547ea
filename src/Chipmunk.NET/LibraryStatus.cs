namespace Chipmunk;

/// <summary>Whether Chipmunk is there: what a diagnosis shows.</summary>
/// <param name="Path">The file that was loaded; null when there is none.</param>
/// <param name="Version">The version the library states; null when there is none.</param>
/// <param name="Problem">What is wrong, in one line; null when all is well. <see cref="ChipmunkLibrary.Fix"/> helps.</param>
public sealed record LibraryStatus(string? Path, string? Version, string? Problem);
