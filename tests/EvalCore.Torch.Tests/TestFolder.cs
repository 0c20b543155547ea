using System.Text.Json.Nodes;
using Safetensors;

namespace EvalCore.Torch.Tests;

/// <summary>A copy of the keypoint checkpoint in a folder of its own, to damage.</summary>
internal sealed class TestFolder : IDisposable
{
    public TestFolder()
    {
        foreach (string file in Directory.GetFiles(Goldens.Checkpoint("pusht_act_keypoints")))
            File.Copy(file, this[Path.GetFileName(file)]);
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public string this[string file] => Path.Combine(Root, file);

    /// <summary>Changes a JSON file.</summary>
    public void Edit(string file, Action<JsonNode> change)
    {
        var json = JsonNode.Parse(File.ReadAllText(this[file]))!;
        change(json);
        File.WriteAllText(this[file], json.ToJsonString());
    }

    /// <summary>Writes the model again, with some tensors changed: null leaves one out.</summary>
    public void EditModel(Func<string, float[], long[], (string Name, float[] Values, long[] Shape)?> change)
    {
        var writer = new SafetensorsWriter();
        using (var model = SafetensorsFile.Open(this["model.safetensors"]))
        {
            foreach (var entry in model)
            {
                if (change(entry.Name, model.Read<float>(entry.Name), [.. entry.Shape]) is { } kept)
                    writer.Add<float>(kept.Name, kept.Values, kept.Shape);
            }
        }

        writer.Save(this["model.safetensors"]);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
