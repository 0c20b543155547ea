using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using EvalCore.Tests;
using MuJoCo;
using Safetensors;

namespace Benchmarks.Libero.Tests.Scenes;

/// <summary>
/// A compiled model against the one that was recorded from LIBERO with the same MuJoCo: counts, names and arrays, bit for bit.
/// </summary>
internal static class ModelDifferences
{
    private static readonly Dictionary<string, mjtObj> Kinds = new()
    {
        ["body"] = mjtObj.mjOBJ_BODY,
        ["joint"] = mjtObj.mjOBJ_JOINT,
        ["geom"] = mjtObj.mjOBJ_GEOM,
        ["site"] = mjtObj.mjOBJ_SITE,
        ["camera"] = mjtObj.mjOBJ_CAMERA,
        ["light"] = mjtObj.mjOBJ_LIGHT,
        ["actuator"] = mjtObj.mjOBJ_ACTUATOR,
        ["mesh"] = mjtObj.mjOBJ_MESH,
        ["texture"] = mjtObj.mjOBJ_TEXTURE,
        ["material"] = mjtObj.mjOBJ_MATERIAL,
        ["sensor"] = mjtObj.mjOBJ_SENSOR,
    };

    /// <summary>What differs; the fixtures of the model are placed where the recorded reset had them.</summary>
    public static IReadOnlyList<string> Of(GoldenTask task, MjModel model)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Goldens.Find($"libero/models/{task.Suite}.json")));
        using var arrays = Goldens.Open($"libero/models/{task.Suite}.safetensors");
        var names = json.RootElement.GetProperty("name_lists");
        var recorded = json.RootElement.GetProperty("tasks").GetProperty($"{task.TaskId}");
        return
        [
            .. Counts(model, recorded),
            .. Names(model, recorded, names),
            .. Structs(model, recorded),
            .. Arrays(model, recorded, arrays),
        ];
    }

    private static IEnumerable<string> Counts(MjModel model, JsonElement recorded) =>
        from count in recorded.GetProperty("counts").EnumerateObject()
        let actual = Convert.ToInt64(typeof(MjModel).GetProperty(count.Name)!.GetValue(model))
        where actual != count.Value.GetInt64()
        select $"{count.Name} is {actual}, not {count.Value}";

    private static IEnumerable<string> Names(MjModel model, JsonElement recorded, JsonElement lists)
    {
        foreach (var kind in recorded.GetProperty("names").EnumerateObject())
        {
            var expected = lists.GetProperty(kind.Value.GetString()!).EnumerateArray().Select(name => name.GetString() ?? "").ToList();
            var actual = Enumerable.Range(0, expected.Count).Select(id => model.Id2Name(Kinds[kind.Name], id) ?? "").ToList();
            if (!actual.SequenceEqual(expected))
                yield return $"the names of {kind.Name}: {string.Join(", ", actual.Except(expected))} instead of {string.Join(", ", expected.Except(actual))}";
        }
    }

    private static List<string> Structs(MjModel model, JsonElement recorded)
    {
        var wrong = new List<string>();
        Compare(model.opt, recorded.GetProperty("opt"), "opt", wrong);
        Compare(model.stat, recorded.GetProperty("stat"), "stat", wrong);
        Compare(model.vis, recorded.GetProperty("vis"), "vis", wrong);
        return wrong;
    }

    private static void Compare(object actual, JsonElement expected, string name, List<string> wrong)
    {
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in expected.EnumerateObject())
                {
                    var field = actual.GetType().GetField(member.Name.TrimEnd('_'), BindingFlags.Public | BindingFlags.Instance)!;
                    Compare(field.GetValue(actual)!, member.Value, $"{name}.{field.Name}", wrong);
                }

                break;
            case JsonValueKind.Array when expected.GetArrayLength() == 0:
                // Not recorded.
                break;
            default:
                double[] values = expected.ValueKind == JsonValueKind.Array
                    ? [.. expected.EnumerateArray().Select(value => value.GetDouble())]
                    : [expected.GetDouble()];
                if (!Numbers(actual).SequenceEqual(values))
                    wrong.Add($"{name} is {string.Join(' ', Numbers(actual))}, not {expected}");
                break;
        }
    }

    private static double[] Numbers(object value) => value switch
    {
        MjArray2<double> a => [a[0], a[1]],
        MjArray3<double> a => [a[0], a[1], a[2]],
        MjArray5<double> a => [a[0], a[1], a[2], a[3], a[4]],
        MjArray3<float> a => [a[0], a[1], a[2]],
        MjArray4<float> a => [a[0], a[1], a[2], a[3]],
        _ => [Convert.ToDouble(value)],
    };

    private static List<string> Arrays(MjModel model, JsonElement recorded, SafetensorsFile file)
    {
        PlaceFixtures(model, recorded.GetProperty("fixture_pose"));
        var wrong = new List<string>();
        var own = model.Arrays().ToDictionary(array => array.Name);
        int compared = 0;
        foreach (var array in recorded.GetProperty("arrays").EnumerateObject())
        {
            var expected = file.Bytes(file[array.Value.GetString()!]);
            var (_, address, length, _) = own[array.Name];
            byte[] copy = new byte[length];
            Marshal.Copy(address, copy, 0, copy.Length);
            ReadOnlySpan<byte> actual = copy;
            bool equal = array.Name == "site_rgba"
                ? EqualUpToHiding(MemoryMarshal.Cast<byte, float>(actual), MemoryMarshal.Cast<byte, float>(expected))
                : actual.SequenceEqual(expected);
            if (!equal)
                wrong.Add(Difference(array.Name, actual, expected, file[array.Value.GetString()!].Type));
            compared++;
        }

        if (compared < 50)
            wrong.Add($"only {compared} arrays were compared");
        return wrong;
    }

    /// <summary>Places the fixtures where the recorded reset has them.</summary>
    private static void PlaceFixtures(MjModel model, JsonElement poses)
    {
        foreach (var pose in poses.EnumerateObject())
        {
            int body = model.Name2Id(mjtObj.mjOBJ_BODY, $"{pose.Name}_main");
            Assert.True(body > 0, pose.Name);
            double[] position = [.. pose.Value[0].EnumerateArray().Select(value => value.GetDouble())];
            double[] orientation = [.. pose.Value[1].EnumerateArray().Select(value => value.GetDouble())];
            position.CopyTo(model.body_pos[(3 * body)..]);
            orientation.CopyTo(model.body_quat[(4 * body)..]);
        }
    }

    /// <summary>LIBERO hides a site by making its alpha negative.</summary>
    private static bool EqualUpToHiding(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected)
    {
        bool equal = actual.Length == expected.Length;
        for (int i = 0; equal && i < actual.Length; i++)
            equal = actual[i] == expected[i] || (i % 4 == 3 && actual[i] == -expected[i]);
        return equal;
    }

    private static string Difference(string name, ReadOnlySpan<byte> actual, ReadOnlySpan<byte> expected, TensorType type)
    {
        if (actual.Length != expected.Length)
            return $"{name} has {actual.Length} bytes, not {expected.Length}";
        if (type != TensorType.F64)
            return $"{name} differs";
        var a = MemoryMarshal.Cast<byte, double>(actual);
        var b = MemoryMarshal.Cast<byte, double>(expected);
        double largest = 0;
        int count = 0;
        for (int i = 0; i < a.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(a[i] - b[i]));
            count += BitConverter.DoubleToInt64Bits(a[i]) == BitConverter.DoubleToInt64Bits(b[i]) ? 0 : 1;
        }

        return $"{name} differs in {count} of {a.Length} numbers, by at most {largest:g3}";
    }
}
