using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using EvalCore.Remote.Wire;

namespace EvalCore.Remote.Tests.Wire;

/// <summary>Compares a value that was read with its description in the reference data (goldens/remote/README.md).</summary>
internal static class Described
{
    public static void Check(JsonNode described, object? value, string at = "")
    {
        switch ((string)described["kind"]!)
        {
            case "nil":
                Assert.Null(value);
                break;
            case "bool":
                Assert.Equal((bool)described["value"]!, value);
                break;
            case "int":
                Assert.Equal(described["value"]!.ToString(), Convert.ToString(value, CultureInfo.InvariantCulture));
                Assert.True(value is long or ulong, at);
                break;
            case "float64":
                Assert.Equal((string)described["bits_hex"]!, BitConverter.DoubleToInt64Bits(Assert.IsType<double>(value)).ToString("x16", CultureInfo.InvariantCulture));
                break;
            case "str":
                Assert.Equal((string)described["value"]!, Assert.IsType<string>(value));
                break;
            case "bin":
                byte[] bytes = Assert.IsType<byte[]>(value);
                if (described["hex"] is { } hex)
                    Assert.Equal((string)hex!, Convert.ToHexStringLower(bytes));
                else
                    Assert.Equal((string)described["sha256"]!, Hash(bytes));
                break;
            case "list":
                object?[] items = Assert.IsType<object?[]>(value);
                var expected = described["items"]!.AsArray();
                Assert.Equal(expected.Count, items.Length);
                for (int i = 0; i < items.Length; i++)
                    Check(expected[i]!, items[i], $"{at}[{i}]");
                break;
            case "map":
                var map = Assert.IsType<MessagePackMap>(value);
                var entries = described["entries"]!.AsArray();
                Assert.Equal(entries.Select(entry => KeyOf(entry![0]!)), map.Entries.Select(entry => entry.Key.Text));
                for (int i = 0; i < map.Count; i++)
                    Check(entries[i]![1]!, map.Entries[i].Value, $"{at}.{map.Entries[i].Key.Text}");
                break;
            case "npscalar":
                var scalar = Assert.IsType<NumpyScalar>(value);
                Assert.Equal((string)described["dtype"]!, scalar.Type.Text);
                Assert.Equal(described["value"]!.ToString(), JsonValue.Create(scalar.Value)!.ToString());
                break;
            case "ndarray" when value is MessagePackMap image:
                // An image in a file of its own: only servers get such ones.
                Assert.True(image["__image__"] is true, at);
                Assert.Equal(described["shape"]!.AsArray().Select(n => (object?)(long)n!), Assert.IsType<object?[]>(image["shape"]));
                break;
            case "ndarray":
                CheckArray(described, Assert.IsType<NdArray>(value), at);
                break;
            case var kind:
                Assert.Fail($"{at}: unknown kind {kind}");
                break;
        }
    }

    /// <summary>Whether a value contains an image in a file of its own, which a client need not write.</summary>
    public static bool HasImageFile(object? value) => value switch
    {
        MessagePackMap map => map["__image__"] is true || map.Entries.Exists(entry => HasImageFile(entry.Value)),
        object?[] items => items.Any(HasImageFile),
        _ => false,
    };

    private static string KeyOf(JsonNode key) => key is JsonValue ? (string)key! : (string)(key["value"] ?? key["hex"])!;

    private static void CheckArray(JsonNode described, NdArray array, string at)
    {
        Assert.Equal((string)described["dtype"]!, array.Type.Text);
        Assert.Equal(described["shape"]!.AsArray().Select(n => (int)n!), array.Shape);
        Assert.Equal((int)described["nbytes"]!, array.Data.Length);
        Assert.Equal((string)described["sha256"]!, Hash(array.Data.Span));
        if (array.Type.IsNumber && described["values"] is JsonArray values)
            Assert.Equal(values.Select(NumberOf), array.ToDoubles());
        Assert.NotNull(at);
    }

    private static double NumberOf(JsonNode? value) => value!.GetValueKind() switch
    {
        System.Text.Json.JsonValueKind.True => 1,
        System.Text.Json.JsonValueKind.False => 0,
        System.Text.Json.JsonValueKind.String => double.Parse((string)value!, CultureInfo.InvariantCulture),
        _ => double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture),
    };

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
