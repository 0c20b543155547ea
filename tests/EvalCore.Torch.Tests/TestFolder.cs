using System.Buffers.Binary;
using System.Text.Json.Nodes;
using Safetensors;

namespace EvalCore.Torch.Tests;

/// <summary>A copy of a checkpoint in a folder of its own, to damage.</summary>
internal sealed class TestFolder : IDisposable
{
    /// <summary>Copies a checkpoint; without a path, the keypoint checkpoint.</summary>
    public TestFolder(string? checkpoint = null)
    {
        foreach (string file in Directory.GetFiles(checkpoint ?? Goldens.Checkpoint("pusht_act_keypoints")))
            File.WriteAllBytes(this[Path.GetFileName(file)], File.ReadAllBytes(file));
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

    /// <summary>Changes a truth value of the model.</summary>
    public void SetBool(string tensor, bool value)
    {
        byte[] model = File.ReadAllBytes(this["model.safetensors"]);
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(model);
        var header = JsonNode.Parse(model.AsSpan(8, length))!;
        model[8 + length + header[tensor]!["data_offsets"]![0]!.GetValue<int>()] = value ? (byte)1 : (byte)0;
        File.WriteAllBytes(this["model.safetensors"], model);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
