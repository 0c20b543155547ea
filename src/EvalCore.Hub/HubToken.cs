using EvalCore.Files;

namespace EvalCore.Hub;

/// <summary>An access token. Its text has only the place where it was found, so that no message or log gets the token.</summary>
/// <param name="value">The token.</param>
/// <param name="source">Where it was found: the name of a variable, or the path of a file.</param>
internal sealed class HubToken(string value, string source)
{
    /// <summary>The token itself, for the header of a request.</summary>
    public string Value => value;

    /// <summary>Finds the user's token.</summary>
    /// <param name="variable">Reads an environment variable; null for one that is empty or not set.</param>
    /// <param name="file">The file that <c>hf auth login</c> writes.</param>
    /// <returns>The token; null without one.</returns>
    /// <exception cref="EvalCoreException">It has characters that no token has, or the file cannot be read.</exception>
    public static HubToken? Find(Func<string, string?> variable, string file)
    {
        foreach (string name in (string[])["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"])
        {
            if (variable(name) is { } text)
                return Checked(text, name);
        }

        try
        {
            if (!File.Exists(file))
                return null;
            using var reader = new StreamReader(InputFile.Open(file));
            return Checked(reader.ReadToEnd(), file);
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            throw new EvalCoreException(
                $"{file}, the token for the Hugging Face Hub, cannot be read ({EvalCoreException.Reason(e)}); set HF_TOKEN, or HF_HUB_DISABLE_IMPLICIT_TOKEN=1 for none", e);
        }
    }

    /// <summary>Where it was found.</summary>
    public override string ToString() => source;

    private static HubToken? Checked(string text, string source)
    {
        string token = text.Trim();
        if (token.Length == 0)
            return null;
        return token.All(letter => letter is > ' ' and <= '~')
            ? new HubToken(token, source)
            : throw new EvalCoreException($"{source}: is not a token of the Hugging Face Hub (it has a character that no token has); set it again, or remove it");
    }
}
