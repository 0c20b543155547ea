namespace EvalCore.Torch.Tests;

/// <summary>A folder with the tokenizers of the reference checkpoints, under the names that these have on the Hub.</summary>
internal static class TestTokenizers
{
    private static readonly Lazy<string> Made = new(Make);

    public static string Folder => Made.Value;

    private static string Make()
    {
        string folder = Directory.CreateTempSubdirectory("evalcore-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        foreach (var (name, own) in new Dictionary<string, string>
        {
            ["paligemma-3b-pt-224"] = "paligemma_like",
            ["SmolVLM2-500M-Video-Instruct"] = "smolvlm2_like",
            ["bart-large"] = "bart_like",
            ["fast-action-tokenizer"] = "fast_like",
        })
        {
            Directory.CreateDirectory(Path.Combine(folder, name));
            foreach (string file in Directory.GetFiles(Goldens.Find($"policies/tokenizers/{own}")))
                File.Copy(file, Path.Combine(folder, name, Path.GetFileName(file)));
        }

        return folder;
    }
}
