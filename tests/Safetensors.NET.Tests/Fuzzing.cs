namespace Safetensors.Tests;

/// <summary>For any bytes, the reader either opens a consistent file or throws with a message of one line.</summary>
public sealed class Fuzzing
{
    [Fact]
    public void Any_bytes_are_opened_or_rejected()
    {
        using var temporary = new TemporaryFile();
        Fuzz.Run(Corpus(), input => OpenOrReject(temporary.Path, input));
    }

    /// <summary>Opens a file and reads all tensors, or checks the message of the exception.</summary>
    internal static void OpenOrReject(string path, byte[] content)
    {
        File.WriteAllBytes(path, content);
        try
        {
            using var file = SafetensorsFile.Open(path);
            long bytes = 0;
            foreach (var entry in file)
            {
                Assert.Equal(entry.Bytes, file.Bytes(entry).ToArray().LongLength);
                Assert.Equal(entry.Bytes, entry.Shape.Aggregate((long)entry.Type.Size(), (product, n) => product * n));
                bytes += entry.Bytes;
            }

            Assert.Equal(content.Length, 8 + BitConverter.ToInt64(content) + bytes);
        }
        catch (SafetensorsException e)
        {
            DamagedFileTests.AssertOneLine(e.Message);
        }
    }

    internal static byte[][] Corpus()
    {
        using var temporary = new TemporaryFile();
        new SafetensorsWriter()
            .Add<byte>("obs_u8.image", new byte[2 * 3 * 4], 2, 3, 4)
            .Add<double>("state", [1.5, -2], 1, 2)
            .Add<float>("action", [7], 1, 1)
            .Add<bool>("success", [true, false, true], 3)
            .Add<long>("empty", [], 0, 5)
            .Save(temporary.Path);
        return
        [
            File.ReadAllBytes(temporary.Path),
            SafetensorsTests.Bytes("""{"__metadata__":{"format":"pt"},"a":{"dtype":"I16","shape":[],"data_offsets":[0,2]}}  """, 1, 2),
            SafetensorsTests.Bytes("{}"),
        ];
    }
}
