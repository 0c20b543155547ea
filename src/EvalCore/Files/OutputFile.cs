namespace EvalCore.Files;

/// <summary>
/// Checks the files that people name to be written. A slip of the hand, such as the name of a run's result, must not cost a file that
/// is something else.
/// </summary>
public static class OutputFile
{
    /// <summary>The file to write, of which the name must end as its kind does.</summary>
    /// <param name="flag">The flag that names it, for the message.</param>
    /// <param name="path">Its name.</param>
    /// <param name="kind">What it is, for the message: <c>an SVG file</c>.</param>
    /// <param name="extension">How its name ends: <c>.svg</c>.</param>
    /// <returns>The file; of a symbolic link, the file that it points to, so that the link stays.</returns>
    /// <exception cref="EvalCoreException">The name ends otherwise, or is that of a folder, a pipe or a device.</exception>
    public static string Of(string flag, string path, string kind, string extension)
    {
        if (Path.GetExtension(path) != extension)
            throw new EvalCoreException($"{flag}: {path} is not the name of {kind}; give a name that ends with {extension}");
        return Of(flag, path);
    }

    /// <summary>The file to write, which may have any name where none is there.</summary>
    /// <param name="flag">The flag that names it, for the message.</param>
    /// <param name="path">Its name.</param>
    /// <param name="kind">What it is, for the message: <c>a safetensors file</c>.</param>
    /// <param name="extension">How the name of a file ends that may be replaced: <c>.safetensors</c>.</param>
    /// <exception cref="EvalCoreException">What is there has another kind of name, or is a folder, a pipe or a device.</exception>
    public static void Check(string flag, string path, string kind, string extension)
    {
        Of(flag, path);
        if (File.Exists(path) && Path.GetExtension(path) != extension)
            throw new EvalCoreException($"{flag}: {path} is there already, and is not {kind}; give another name, for example {Path.ChangeExtension(path, extension)}");
    }

    /// <summary>The file to write.</summary>
    /// <param name="flag">The flag that names it, for the message.</param>
    /// <param name="path">Its name.</param>
    /// <returns>The file; of a symbolic link, the file that it points to.</returns>
    /// <exception cref="EvalCoreException">It is a folder, a pipe or a device.</exception>
    private static string Of(string flag, string path)
    {
        try
        {
            if (Directory.Exists(path))
                throw new EvalCoreException($"{flag}: {path} is a folder; name a file");
            if (InputFile.OtherKind(path) is { } reason)
                throw new EvalCoreException($"{flag}: {path} cannot be written ({reason})");
            return new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            throw EvalCoreException.CannotWrite($"{flag}: {path}", e);
        }
    }
}
