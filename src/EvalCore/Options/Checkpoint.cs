using System.Text.Json;

namespace EvalCore.Options;

/// <summary>What the options need to know of a checkpoint before its policy is made.</summary>
internal static class Checkpoint
{
    /// <summary>The policy's type, from the checkpoint's <c>config.json</c>.</summary>
    /// <exception cref="EvalCoreException">The folder is not there or is no LeRobot checkpoint.</exception>
    public static string TypeOf(string folder)
    {
        if (!Directory.Exists(folder))
        {
            bool hub = folder.Count(letter => letter == '/') == 1 && !folder.StartsWith('.') && !folder.StartsWith('/');
            string hint = hub ? $"; if it is on the Hugging Face Hub: hf download {folder} --local-dir DIR, then --policy.path=DIR" : "";
            throw new EvalCoreException($"--policy.path: there is no folder '{folder}'{hint}");
        }

        string file = Path.Combine(folder, "config.json");
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            if (json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("type", out var type)
                && type.ValueKind == JsonValueKind.String)
                return type.GetString()!;
            throw new EvalCoreException($"--policy.path: {file} does not say the policy's \"type\"; it is not a LeRobot checkpoint's");
        }
        catch (JsonException e)
        {
            throw new EvalCoreException($"--policy.path: {file} is not JSON", e);
        }
        catch (FileNotFoundException e)
        {
            string inner = Path.Combine(folder, "pretrained_model");
            throw new EvalCoreException(
                File.Exists(Path.Combine(inner, "config.json"))
                    ? $"--policy.path: '{folder}' has no config.json, its folder pretrained_model has; give --policy.path={inner}"
                    : $"--policy.path: '{folder}' has no config.json; it is not a LeRobot checkpoint (a folder pretrained_model/)",
                e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EvalCoreException($"--policy.path: {file} cannot be read ({e.Message.TrimEnd('.')})", e);
        }
    }
}
