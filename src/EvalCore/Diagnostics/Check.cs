namespace EvalCore.Diagnostics;

/// <summary>Something <c>evalcore doctor</c> looks for on a machine. Whoever needs a thing brings its check.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Find">
/// Says what is there, in a few words: a version, a path. Throws <see cref="EvalCoreException"/> where it is missing, with
/// the line that fixes it.
/// </param>
/// <param name="Optional">Whether an evaluation goes without it.</param>
public sealed record Check(string Name, Func<string> Find, bool Optional = false);
