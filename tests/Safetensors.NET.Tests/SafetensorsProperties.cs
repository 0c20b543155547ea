using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Safetensors.Tests;

public sealed class SafetensorsProperties
{
    [Property(Arbitrary = [typeof(Tensors)], MaxTest = 200)]
    public void Written_tensors_are_read_back(Tensor[] tensors)
    {
        tensors = [.. tensors.DistinctBy(tensor => tensor.Name)];
        using var temporary = new TemporaryFile();
        var writer = new SafetensorsWriter();
        foreach (var tensor in tensors)
            tensor.AddTo(writer);
        writer.Save(temporary.Path);

        using var file = SafetensorsFile.Open(temporary.Path);
        Assert.Equal(tensors.Length, file.Count);
        foreach (var tensor in tensors)
        {
            var entry = file[tensor.Name];
            Assert.Equal(tensor.Type, entry.Type);
            Assert.Equal(tensor.Shape, entry.Shape);
            Assert.Equal(tensor.Data, file.Bytes(entry).ToArray());
        }
    }

    [Property(MaxTest = 300)]
    public void A_changed_file_is_opened_or_rejected(int which, PositiveInt at, byte[] patch, bool cut)
    {
        byte[][] corpus = Fuzzing.Corpus();
        byte[] content = corpus[(uint)which % corpus.Length];
        int begin = at.Get % content.Length;
        using var temporary = new TemporaryFile();
        Fuzzing.OpenOrReject(temporary.Path, [.. content[..begin], .. patch, .. cut ? [] : content[Math.Min(begin + patch.Length, content.Length)..]]);
    }

    [Property(MaxTest = 300)]
    public void Any_bytes_are_opened_or_rejected(byte[] content)
    {
        using var temporary = new TemporaryFile();
        Fuzzing.OpenOrReject(temporary.Path, content);
        Fuzzing.OpenOrReject(temporary.Path, SafetensorsTests.Bytes(content));
    }

    public sealed record Tensor(string Name, TensorType Type, long[] Shape, byte[] Data)
    {
        internal void AddTo(SafetensorsWriter writer)
        {
            _ = Type switch
            {
                TensorType.U8 => writer.Add(Name, Data, Shape),
                TensorType.BOOL => Add<bool>(writer),
                TensorType.F16 => Add<Half>(writer),
                TensorType.I32 => Add<int>(writer),
                TensorType.F32 => Add<float>(writer),
                TensorType.F64 => Add<double>(writer),
                TensorType.U64 => Add<ulong>(writer),
                _ => throw new InvalidOperationException($"{Type}"),
            };
        }

        private SafetensorsWriter Add<T>(SafetensorsWriter writer) where T : unmanaged =>
            writer.Add(Name, System.Runtime.InteropServices.MemoryMarshal.Cast<byte, T>(Data), Shape);
    }

    private static class Tensors
    {
        public static Arbitrary<Tensor> Any() => (
            from name in ArbMap.Default.GeneratorFor<NonNull<string>>()
            from type in Gen.Elements(TensorType.U8, TensorType.BOOL, TensorType.F16, TensorType.I32, TensorType.F32, TensorType.F64, TensorType.U64)
            from shape in Gen.Choose(0, 4).Select(n => (long)n).ArrayOf().Select(shape => shape.Take(4).ToArray())
            let bytes = (int)shape.Aggregate((long)type.Size(), (product, n) => product * n)
            from data in Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(bytes)
            select new Tensor(ValidUnicode(name.Get), type, shape, data)).ToArbitrary();

        /// <summary>Replaces unpaired surrogates, which are not valid Unicode.</summary>
        private static string ValidUnicode(string name) => System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(name));
    }
}
