using Safetensors;

namespace EvalCore.Files;

/// <summary>A safetensors file that a flag names.</summary>
internal static class TensorFile
{
    /// <summary>Opens the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="flag">The flag that names it, for the message.</param>
    /// <exception cref="EvalCoreException">The file is missing or damaged.</exception>
    public static SafetensorsFile Open(string path, string flag)
    {
        try
        {
            return SafetensorsFile.Open(path);
        }
        catch (SafetensorsException e)
        {
            throw new EvalCoreException($"{flag}: {e.Message}", e);
        }
    }
}
