namespace Safetensors.Tests;

/// <summary>Opening a damaged file throws; the message is one line with the file's path and the problem.</summary>
public sealed class DamagedFileTests
{
    private const string One = """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""";

    public static TheoryData<string, byte[]> Damages => new()
    {
        { "is empty (0 bytes)", [] },
        { "is a Git LFS pointer, not the file itself", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"u8.ToArray() },
        { "is a pointer of the Xet file store", "# xet version 0\nfilesize = 1\n"u8.ToArray() },
        { "is a pickle, as torch.save writes", [(byte)'P', (byte)'K', 3, 4, 0, 0, 8, 8, 0, 0] },
        { "is a pickle, as torch.save writes", [0x80, 2, (byte)'}', (byte)'q', 0, (byte)'X', 1, 0, 0, 0] },
        { "is a web page", "<!DOCTYPE html><html><body>404</body></html>"u8.ToArray() },
        { "is a web page", "\n <HTML><body>Sign in</body></HTML>"u8.ToArray() },
        { "is truncated: it has no header", [1, 2, 3, 4, 5, 6, 7] },
        { "is truncated: the header needs 9 bytes, the file has 2 after its length", [9, 0, 0, 0, 0, 0, 0, 0, (byte)'{', (byte)'}'] },
        { "state a header of 18446744073709551615 bytes", [255, 255, 255, 255, 255, 255, 255, 255] },
        { "state a header of 100000001 bytes", [.. BitConverter.GetBytes(100_000_001UL)] },
        { "not valid JSON", SafetensorsTests.Bytes("") },
        { "not valid JSON", SafetensorsTests.Bytes("{") },
        { "not valid JSON", SafetensorsTests.Bytes("{}{}") },
        { "not valid JSON", SafetensorsTests.Bytes("{} // comment") },
        { "not valid JSON", SafetensorsTests.Bytes(string.Concat(Enumerable.Repeat("[", 100_000))) },
        { "not valid JSON", SafetensorsTests.Bytes("""{"a":""" + string.Concat(Enumerable.Repeat("{\"b\":", 1000))) },
        { "not a JSON object", SafetensorsTests.Bytes("[]") },
        { "not a JSON object", SafetensorsTests.Bytes("null") },
        { "not UTF-8", SafetensorsTests.Bytes([(byte)'{', (byte)'"', 0xC3, (byte)'"', (byte)':', (byte)'1', (byte)'}']) },
        { "a string that is not valid Unicode", SafetensorsTests.Bytes("""{"\ud800":{}}""") },
        { "a string that is not valid Unicode", SafetensorsTests.Bytes(One.Replace("U8", "\\udfff", StringComparison.Ordinal), 1, 2) },
        { "has an invalid header entry for tensor 'a'", SafetensorsTests.Bytes("""{"a":1}""") },
        { "has an invalid header entry for tensor 'a'", SafetensorsTests.Bytes("""{"a":{}}""") },
        { "has an invalid header entry for tensor 'a'", SafetensorsTests.Bytes("""{"a":{"dtype":8,"shape":[2],"data_offsets":[0,2]}}""", 1, 2) },
        { "has an invalid header entry for tensor 'a'", SafetensorsTests.Bytes("""{"a":{"dtype":"U8","shape":2,"data_offsets":[0,2]}}""", 1, 2) },
        { "has an invalid header entry for tensor 'a'", SafetensorsTests.Bytes("""{"a":{"dtype":"U8","shape":[2.0],"data_offsets":[0,2]}}""", 1, 2) },
        { "has an invalid header entry for tensor 'a'", SafetensorsTests.Bytes("""{"a":{"dtype":"U8","shape":[-1,-2],"data_offsets":[0,2]}}""", 1, 2) },
        { "has an invalid header entry for tensor 'a'", SafetensorsTests.Bytes("""{"a":{"dtype":"U8","shape":["2"],"data_offsets":[0,2]}}""", 1, 2) },
        { "has an invalid header entry for tensor 'a'", SafetensorsTests.Bytes("""{"a":{"dtype":"U8","shape":[[2]],"data_offsets":[0,2]}}""", 1, 2) },
        { "has an invalid header entry for tensor 'a'", SafetensorsTests.Bytes("""{"a":{"dtype":"U8","shape":[99999999999999999999],"data_offsets":[0,2]}}""", 1, 2) },
        { "has an invalid header entry for tensor 'a'", SafetensorsTests.Bytes("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0]}}""", 1, 2) },
        { "has an invalid header entry for tensor 'a'", SafetensorsTests.Bytes("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2,2]}}""", 1, 2) },
        { "has an invalid header entry for tensor 'a'", SafetensorsTests.Bytes("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[-2,0]}}""", 1, 2) },
        { "has the dtype 'U9', which is not supported", SafetensorsTests.Bytes(One.Replace("U8", "U9", StringComparison.Ordinal), 1, 2) },
        { "has the dtype '1', which is not supported", SafetensorsTests.Bytes(One.Replace("U8", "1", StringComparison.Ordinal), 1, 2) },
        { "has the dtype 'u8', which is not supported", SafetensorsTests.Bytes(One.Replace("U8", "u8", StringComparison.Ordinal), 1, 2) },
        { "has the dtype 'U8, U8', which is not supported", SafetensorsTests.Bytes(One.Replace("U8", "U8, U8", StringComparison.Ordinal), 1, 2) },
        { "tensor 'a' is F32 [2] but has 2 bytes", SafetensorsTests.Bytes(One.Replace("U8", "F32", StringComparison.Ordinal), 1, 2) },
        { "tensor 'a' ends at 0, before it begins at 2", SafetensorsTests.Bytes(One.Replace("[0,2]", "[2,0]", StringComparison.Ordinal), 1, 2) },
        { "is truncated: tensor 'a' ends at byte 2 of 1", SafetensorsTests.Bytes(One, 1) },
        { "is truncated: tensor 'a' ends at byte 9223372036854775807 of 2",
            SafetensorsTests.Bytes("""{"a":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]}}""", 1, 2) },
        { "but has 0 bytes",
            SafetensorsTests.Bytes("""{"a":{"dtype":"F64","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""") },
        { "but has 2 bytes",
            SafetensorsTests.Bytes("""{"a":{"dtype":"U8","shape":[4294967296,4294967296,2],"data_offsets":[0,2]}}""", 1, 2) },
        { "has 1 bytes after its last tensor", SafetensorsTests.Bytes(One, 1, 2, 3) },
        { "has 1 bytes after its last tensor", SafetensorsTests.Bytes("{}", 1) },
        { "has 1 bytes before tensor 'a' that belong to no tensor", SafetensorsTests.Bytes(One.Replace("[0,2]", "[1,3]", StringComparison.Ordinal), 1, 2, 3) },
        { "tensor 'b' overlaps another", Two("[0,2]", "[1,3]") },
        { "overlaps another", Two("[0,2]", "[0,2]") },
        { "has 1 bytes before tensor 'b' that belong to no tensor", Two("[0,2]", "[3,5]") },
        { "not valid JSON", Two("[0,2]", "[2,4]", "a") },
        { "not valid JSON", Two("[0,2]", "[2,4]", "\\u0061") },
        { "metadata that are not a map from strings to strings", SafetensorsTests.Bytes("""{"__metadata__":1}""") },
        { "metadata that are not a map from strings to strings", SafetensorsTests.Bytes("""{"__metadata__":{"a":1}}""") },
        { "not valid JSON", SafetensorsTests.Bytes("""{"__metadata__":{"a":"1","a":"2"}}""") },
        { "tensor '\\u000a…", SafetensorsTests.Bytes($$$"""{"{{{string.Concat(Enumerable.Repeat("\\n", 1000))}}}":{"dtype":"U8","shape":[2],"data_offsets":[0,1]}}""", 1) },
    };

    [Theory]
    [MemberData(nameof(Damages), DisableDiscoveryEnumeration = true)]
    public void A_damaged_file_is_reported_in_one_line(string problem, byte[] content)
    {
        using var temporary = new TemporaryFile(content);
        var e = Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(temporary.Path));
        Assert.StartsWith($"{temporary.Path}: ", e.Message, StringComparison.Ordinal);
        Assert.All(problem.Split('…'), part => Assert.Contains(part, e.Message, StringComparison.Ordinal));
        AssertOneLine(e.Message);
    }

    [Fact]
    public void A_path_that_is_not_a_file_is_reported_in_one_line()
    {
        string folder = Path.GetTempPath();
        Assert.Equal($"{folder}: is a folder; name the .safetensors file in it",
            Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(folder)).Message);

        string missing = Path.Combine(folder, Path.GetRandomFileName());
        foreach (string path in (string[])[missing, "", "a\0b"])
        {
            var e = Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(path));
            Assert.Contains("cannot be read (", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_file_that_is_truncated_while_it_is_read_is_one_line()
    {
        using var temporary = new TemporaryFile(SafetensorsTests.Bytes("""{"a":{"dtype":"U8","shape":[9000],"data_offsets":[0,9000]}}""", new byte[9000]));
        using var file = SafetensorsFile.Open(temporary.Path);
        using (var writer = new FileStream(temporary.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            writer.SetLength(5000);
        var e = Assert.Throws<SafetensorsException>(() => file.Read<byte>("a"));
        Assert.Equal($"{temporary.Path}: was truncated to 5000 bytes while it was read; fetch or write the file again", e.Message);
        Assert.Throws<SafetensorsException>(() => file.CopyTo(file["a"], new byte[9000]));
    }

    [Fact]
    public void A_shape_of_a_million_numbers_is_rejected()
    {
        string numbers = string.Concat(Enumerable.Repeat("1,", 1_000_000));
        string header = $$$"""{"a":{"dtype":"U8","shape":[{{{numbers}}}[]],"data_offsets":[0,1]}}""";
        using var temporary = new TemporaryFile(SafetensorsTests.Bytes(header, 1));
        Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(temporary.Path));
    }

    internal static void AssertOneLine(string message)
    {
        Assert.DoesNotContain(message, char.IsControl);
        Assert.InRange(message.Length, 10, 800);
    }

    private static byte[] Two(string first, string second, string name = "b") => SafetensorsTests.Bytes(
        $$$"""{"a":{"dtype":"U8","shape":[2],"data_offsets":{{{first}}}},"{{{name}}}":{"dtype":"U8","shape":[2],"data_offsets":{{{second}}}}}""",
        1, 2, 3, 4, 5);
}
