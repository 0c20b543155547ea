using System.IO.Compression;
using System.Text.Json;
using EvalCore.Tests;

namespace MuJoCo.Tests;

/// <summary>
/// Compiles one large model of each of LIBERO's suites and compares every array of <c>mjModel</c> that was recorded
/// from the Python binding of the same version, byte for byte. A generated member with a wrong offset or shape would
/// differ.
/// </summary>
public sealed unsafe class CompiledModelTests
{
    /// <summary>
    /// Fields of the recorded models that LIBERO changed after compiling: sampled poses of fixtures, invisible sites.
    /// </summary>
    private static readonly string[] Edited = ["body_pos", "body_quat", "site_rgba"];

    public CompiledModelTests() => Machine.NeedsMujoco();

    public static TheoryData<string> Scenes =>
    [
        "libero_10_3", "libero_90_20", "libero_goal_0", "libero_object_5", "libero_spatial_0",
    ];

    [Theory, MemberData(nameof(Scenes))]
    public void A_large_model_compiles_to_the_recorded_arrays(string scene)
    {
        string suite = scene[..scene.LastIndexOf('_')], task = scene[(scene.LastIndexOf('_') + 1)..];
        using var file = File.OpenRead(Goldens.Find($"libero/xml/{scene}.xml.gz"));
        using var xml = new StreamReader(new GZipStream(file, CompressionMode.Decompress));
        string assets = Path.GetDirectoryName(Goldens.Asset("libero"))!;
        using var json = JsonDocument.Parse(File.ReadAllText(Goldens.Find($"libero/models/{suite}.json")));
        using var recorded = Goldens.Open($"libero/models/{suite}.safetensors");

        using var model = MjModel.FromXml(
            xml.ReadToEnd().Replace("file=\"libero/", $"file=\"{assets}/libero/", StringComparison.Ordinal)
                .Replace("file=\"robosuite/", $"file=\"{assets}/robosuite/", StringComparison.Ordinal));
        var arrays = model.Arrays().ToDictionary(a => a.Name);
        var fields = json.RootElement.GetProperty("tasks").GetProperty(task).GetProperty("arrays");
        var wrong = new List<string>();
        int compared = 0;
        foreach (var field in fields.EnumerateObject().Where(f => !Edited.Contains(f.Name)))
        {
            var expected = recorded.Bytes(recorded[field.Value.GetString()!]);
            var (_, address, bytes, _) = arrays[field.Name];
            compared++;
            if (!expected.SequenceEqual(new ReadOnlySpan<byte>((void*)address, (int)bytes)))
                wrong.Add(field.Name);
        }

        Assert.Empty(wrong);
        Assert.True(compared > 50, $"{compared} arrays");
    }
}
