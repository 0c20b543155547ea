using System.Text;

namespace Safetensors.Tests;

public sealed class SafetensorsTests
{
    [Fact]
    public void Written_tensors_are_read_back()
    {
        using var temporary = new TemporaryFile();
        new SafetensorsWriter()
            .Add<byte>("u", [1, 2, 3], 3)
            .Add<double>("d", [1.5, -2], 1, 2)
            .Add<float>("scalar", [7])
            .Add<long>("empty", [], 0, 5)
            .Save(temporary.Path);
        using var file = SafetensorsFile.Open(temporary.Path);
        Assert.Equal(4, file.Count);
        Assert.Equal([1, 2, 3], file.Read<byte>("u"));
        Assert.Equal([1.5, -2], file.Read<double>("d"));
        Assert.Equal([1, 2], file["d"].Shape);
        Assert.Equal([7], file.Read<float>("scalar"));
        Assert.Empty(file["scalar"].Shape);
        Assert.Empty(file.Read<long>("empty"));
        Assert.Equal([0, 5], file["empty"].Shape);
    }

    [Fact]
    public void Every_tensor_is_aligned_to_its_element_size()
    {
        using var temporary = new TemporaryFile();
        new SafetensorsWriter().Add<byte>("a", [1], 1).Add<short>("b", [2], 1).Add<double>("c", [3], 1).Save(temporary.Path);
        using var file = SafetensorsFile.Open(temporary.Path);
        Assert.All(file, entry => Assert.Equal(0, entry.Offset % entry.Type.Size()));
    }

    [Fact]
    public void Metadata_are_read()
    {
        using var temporary = new TemporaryFile(Bytes("""{"__metadata__":{"format":"pt","é":"\n"}}"""));
        using var file = SafetensorsFile.Open(temporary.Path);
        Assert.Empty(file);
        Assert.Equal([new("format", "pt"), new("é", "\n")], file.Metadata);
    }

    [Fact]
    public void Reference_data_are_read()
    {
        using var file = Goldens.Open("policies/torch_rng.safetensors");
        Assert.Equal([6, 16], file["multinomial_weights"].Shape);
        Assert.Equal(96, file.Read<float>("multinomial_weights").Length);
    }

    [Theory]
    [InlineData("a", new long[] { 2 })]
    [InlineData("a", new long[] { -1, -3 })]
    [InlineData("a", new long[] { -1, 0 })]
    [InlineData("a", new long[] { 3, 1L << 62, 1L << 62, 4 })]
    [InlineData("taken", new long[] { 3 })]
    [InlineData("__metadata__", new long[] { 3 })]
    public void A_tensor_that_cannot_be_written_is_rejected(string name, long[] shape)
    {
        var writer = new SafetensorsWriter().Add<byte>("taken", [1], 1);
        Assert.Throws<ArgumentException>(() => writer.Add<byte>(name, [1, 2, 3], shape));
        Assert.Throws<ArgumentException>(() => writer.Add<byte>("unpaired surrogate \ud800", [1, 2, 3], 3));
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_reported_in_one_line()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName(), "x.safetensors");
        var e = Assert.Throws<SafetensorsException>(() => new SafetensorsWriter().Save(path));
        Assert.StartsWith($"{path}: cannot be written (", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_entry_of_another_file_is_rejected()
    {
        using var temporary = new TemporaryFile();
        new SafetensorsWriter().Add<byte>("a", [1, 2, 3], 3).Save(temporary.Path);
        using var file = SafetensorsFile.Open(temporary.Path);
        Assert.Throws<ArgumentException>(() => file.Bytes(new TensorEntry("a", TensorType.U8, [3], 0, 1L << 20)).ToArray());
    }

    [Fact]
    public void Reading_a_disposed_file_throws()
    {
        using var temporary = new TemporaryFile();
        new SafetensorsWriter().Add<byte>("a", [1], 1).Save(temporary.Path);
        var file = SafetensorsFile.Open(temporary.Path);
        file.Dispose();
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.Read<byte>("a"));
    }

    [Fact]
    public void An_error_for_a_wrong_name_or_type_lists_the_available_one()
    {
        using var temporary = new TemporaryFile();
        new SafetensorsWriter().Add<float>("obs.state", [1, 2], 1, 2).Save(temporary.Path);
        using var file = SafetensorsFile.Open(temporary.Path);
        Assert.Equal($"{temporary.Path}: has no tensor 'obs.sate'; it has 'obs.state'",
            Assert.Throws<SafetensorsException>(() => file["obs.sate"]).Message);
        Assert.Equal($"{temporary.Path}: tensor 'obs.state' is F32 [1, 2], expected F64",
            Assert.Throws<SafetensorsException>(() => file.Read<double>("obs.state")).Message);
    }

    /// <summary>The bytes of a file: the length of the header, the header, the data.</summary>
    internal static byte[] Bytes(string header, params byte[] data) => Bytes(Encoding.UTF8.GetBytes(header), data);

    internal static byte[] Bytes(byte[] header, params byte[] data) =>
        [.. BitConverter.GetBytes((ulong)header.Length), .. header, .. data];
}
