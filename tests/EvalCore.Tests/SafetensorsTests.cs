using EvalCore.Safetensors;

namespace EvalCore.Tests;

public sealed class SafetensorsTests
{
    [Fact]
    public void What_is_written_is_read_back()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        new SafetensorsWriter().Add<byte>("u", [1, 2, 3], 3).Add<double>("d", [1.5, -2], 1, 2).Save(path);
        using (var file = SafetensorsFile.Open(path))
        {
            Assert.Equal([1, 2, 3], file.Read<byte>("u"));
            Assert.Equal([1.5, -2], file.Read<double>("d"));
            Assert.Equal([1, 2], file["d"].Shape);
        }

        File.Delete(path);
    }

    [Fact]
    public void Reference_data_are_read()
    {
        using var file = Goldens.Open("pusht/resets.safetensors");
        Assert.Equal(150, file.Read<long>("seed").Length);
    }
}
