using System.Text;
using EvalCore.Options;

namespace EvalCore.Tests.Options;

/// <summary>JSON as people and Python write it, and one clear line about what is none.</summary>
public sealed class JsonFileTests
{
    private const string Text = """{"a": 1, "b": [true, "x"]}""";

    [Fact]
    public void A_byte_order_mark_is_read_over()
    {
        byte[][] files =
        [
            Encoding.UTF8.GetBytes(Text), [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(Text)],
            [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(Text)],
            [.. Encoding.BigEndianUnicode.Preamble, .. Encoding.BigEndianUnicode.GetBytes(Text)],
        ];
        Assert.All(files, file => Assert.Equal("""{"a":1,"b":[true,"x"]}""", JsonFile.Parse(file, "f", "e").ToJsonString()));
    }

    [Theory]
    [InlineData("""{"a": NaN, "b": [Infinity,-Infinity], "c": "NaN"}""", """{"a":"NaN","b":["Infinity","-Infinity"],"c":"NaN"}""")]
    [InlineData("""{"NaN": "x Infinity \" NaN", "b": 1, /* NaN */ "c": [NaN]} // NaN""", """{"NaN":"x Infinity \u0022 NaN","b":1,"c":["NaN"]}""")]
    [InlineData("{\"a\": 1, // a comment\n \"b\": [2,],}", """{"a":1,"b":[2]}""")]
    public void Words_and_commas_that_Python_and_people_write_are_read(string text, string expected) =>
        Assert.Equal(expected, JsonFile.Parse(Encoding.UTF8.GetBytes(text), "f", "e").ToJsonString());

    [Theory]
    [InlineData("{\n  \"a\": fasle\n}", "f: is not JSON (line 2, column 8: 'fasle'); expected e")]
    [InlineData("{\n  \"a\": 1\n  \"b\": 2\n}", "f: is not JSON (line 3, column 3: '\"'); expected e")]
    [InlineData("{\"a\": NaN, \"b\": [Infinity, oops]}", "f: is not JSON (line 1, column 28: 'oops'); expected e")]
    [InlineData("{\"a\": Nan}", "f: is not JSON (line 1, column 7: 'Nan'); expected e")]
    [InlineData("{\"ä\": 'x'}", "f: is not JSON (line 1, column 7: '''); expected e")]
    [InlineData("{", "f: is not JSON (line 1, column 2: the end of the file); expected e")]
    [InlineData("{\"a\":1} x", "f: is not JSON (line 1, column 9: 'x'); expected e")]
    [InlineData("{\"a\":1,\n\"a\":2}", "f: has the key 'a' twice (line 2, column 1); expected e")]
    [InlineData("{\"b\":{\"c\":1,\"\\u0063\":2}}", "f: has the key 'c' twice (line 1, column 13); expected e")]
    [InlineData("{\"a\":\"\\ud800\"}", "f: has a string that is not valid text (line 1, column 6); expected e")]
    [InlineData("{\"a\":\"\\u0000\"}", "f: has a string that is not valid text (line 1, column 6); expected e")]
    [InlineData("", "f: is empty (0 bytes); expected e")]
    [InlineData(" \n", "f: is empty (2 bytes); expected e")]
    [InlineData("[1]", "f: is not a JSON object; expected e")]
    [InlineData("null", "f: is not a JSON object; expected e")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "f: is a Git LFS pointer, not the file itself; fetch the file with 'git lfs pull' or 'hf download'")]
    [InlineData("\n<!DOCTYPE html>\n<html>", "f: is a web page, which a server sends in place of a file that does not exist or needs a login; download the file again")]
    public void What_is_no_JSON_object_is_one_line_with_the_place(string text, string message) =>
        Assert.Equal(message, Assert.Throws<EvalCoreException>(() => JsonFile.Parse(Encoding.UTF8.GetBytes(text), "f", "e")).Message);

    [Fact]
    public void A_folder_and_a_missing_file_are_one_line()
    {
        string folder = Directory.CreateTempSubdirectory("evalcore-").FullName;
        Assert.Equal($"{folder}: is a folder; expected e", Assert.Throws<EvalCoreException>(() => JsonFile.Read(folder, "e")).Message);
        string link = Path.Combine(folder, "config.json");
        File.CreateSymbolicLink(link, "../blobs/1");
        Assert.Equal($"{link}: is a link to '../blobs/1', which is not there", Assert.Throws<EvalCoreException>(() => JsonFile.Read(link, "e")).Message);
        Directory.Delete(folder, recursive: true);
        Assert.Equal($"{folder}: there is no such file; expected e", Assert.Throws<EvalCoreException>(() => JsonFile.Read(folder, "e")).Message);
    }

    [Fact]
    public void A_file_without_an_end_is_refused()
    {
        Assert.SkipUnless(File.Exists("/dev/zero"), "this machine has no /dev/zero");
        Assert.Equal(
            "/dev/zero: has more than 67108864 bytes; expected a test",
            Assert.Throws<EvalCoreException>(() => JsonFile.Read("/dev/zero", "a test")).Message);
    }

    [Fact]
    public void A_file_of_many_levels_is_refused()
    {
        string text = $"{{\"a\": {new string('[', 100_000)}{new string(']', 100_000)}}}";
        Assert.DoesNotContain('\n', Assert.Throws<EvalCoreException>(() => JsonFile.Parse(Encoding.UTF8.GetBytes(text), "deep.json", "a test")).Message);
    }

    [Fact]
    public void Damaged_text_is_read_or_is_one_line()
    {
        byte[] text = Encoding.UTF8.GetBytes("{\"a\": [NaN, -Infinity, 1e5, \"\\u00e9é\\\"\"], // c\n \"b\": {\"a\": null, \"c\": false}, /* d */ \"e\": -0.5}");
        var random = new Random(1);
        for (int i = 0; i < 5000; i++)
        {
            byte[] damaged = [.. text];
            for (int k = random.Next(1, 4); k > 0; k--)
                damaged[random.Next(damaged.Length)] = random.Next(3) == 0 ? (byte)random.Next(256) : text[random.Next(text.Length)];
            damaged = damaged[..random.Next(random.Next(2) == 0 ? 0 : damaged.Length, damaged.Length + 1)];
            try
            {
                _ = JsonFile.Parse(damaged, "f", "e").ToJsonString();
            }
            catch (EvalCoreException e)
            {
                Assert.DoesNotContain(e.Message, char.IsControl);
            }
        }
    }
}
