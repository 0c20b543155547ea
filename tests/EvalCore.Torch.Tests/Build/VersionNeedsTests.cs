using System.Text;
using EvalCore.Build;

namespace EvalCore.Torch.Tests.Build;

/// <summary>The relaxing of TorchSharp's native library, on a library made by hand and on the real one.</summary>
public sealed class VersionNeedsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Only_the_missing_version_of_the_named_library_gets_the_weak_flag()
    {
        byte[] before = Library(("libc.so.6", ["GLIBC_9.9"]), ("libstdc++.so.6", ["GLIBCXX_3.4", "GLIBCXX_3.4.32", "CXXABI_1.3"]));
        byte[] after = [.. before];

        var marked = VersionNeeds.Relax(after, "libstdc++.so.6", ["GLIBCXX_3.4", "CXXABI_1.3"]);

        Assert.Equal(["GLIBCXX_3.4.32"], marked);
        int[] changed = [.. Enumerable.Range(0, before.Length).Where(i => before[i] != after[i])];
        int only = Assert.Single(changed);
        Assert.Equal(0, before[only]);
        Assert.Equal(2, after[only]);
        Assert.Equal(FlagsOffset(before, "GLIBCXX_3.4.32"), only);
    }

    [Fact]
    public void A_second_run_changes_nothing()
    {
        byte[] once = Library(("libstdc++.so.6", ["GLIBCXX_3.4.32"]));
        VersionNeeds.Relax(once, "libstdc++.so.6", []);
        byte[] twice = [.. once];

        Assert.Empty(VersionNeeds.Relax(twice, "libstdc++.so.6", []));
        Assert.Equal(once, twice);
    }

    [Fact]
    public void Nothing_is_written_where_the_standard_library_is_new_enough()
    {
        string source = Write("lib.so", Library(("libstdc++.so.6", ["GLIBCXX_3.4.32"])));
        string libstdcpp = Write("libstdc++.so.6", Definitions("GLIBCXX_3.4.31", "GLIBCXX_3.4.32"));
        string destination = Path.Combine(_folder, "relaxed", "lib.so");

        Assert.Empty(VersionNeeds.RelaxCopy(source, destination, libstdcpp));
        Assert.False(File.Exists(destination));
    }

    [Fact]
    public void The_source_stays_as_it_is_even_when_the_old_copy_is_a_link_to_it()
    {
        byte[] library = Library(("libstdc++.so.6", ["GLIBCXX_3.4.32"]));
        string source = Write("lib.so", library);
        string libstdcpp = Write("libstdc++.so.6", Definitions("GLIBCXX_3.4.30"));
        string destination = Path.Combine(_folder, "relaxed.so");
        File.CreateSymbolicLink(destination, source);

        Assert.Equal(["GLIBCXX_3.4.32"], VersionNeeds.RelaxCopy(source, destination, libstdcpp));
        Assert.Equal(library, File.ReadAllBytes(source));
        Assert.NotEqual(library, File.ReadAllBytes(destination));
    }

    [Fact]
    public void What_is_not_a_library_is_refused() =>
        Assert.Throws<InvalidDataException>(() => VersionNeeds.Relax(new byte[100], "libstdc++.so.6", []));

    [Fact]
    public void The_real_library_needs_nothing_that_this_machine_lacks_and_differs_from_a_stricter_one_by_flags_only()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "ELF libraries are Linux's");
        string? libstdcpp = VersionNeeds.FindStandardLibrary();
        Assert.SkipWhen(libstdcpp is null, "no libstdc++ in the usual places");
        string path = Directory.GetFiles(AppContext.BaseDirectory, "libLibTorchSharp.so", SearchOption.AllDirectories).Single();
        var provided = VersionNeeds.Defined(File.ReadAllBytes(libstdcpp));
        Assert.Contains("GLIBCXX_3.4.9", provided);

        byte[] built = File.ReadAllBytes(path);
        Assert.Empty(VersionNeeds.Relax([.. built], "libstdc++.so.6", provided));

        byte[] stricter = [.. built];
        provided.Remove("GLIBCXX_3.4.9");
        Assert.Equal(["GLIBCXX_3.4.9"], VersionNeeds.Relax(stricter, "libstdc++.so.6", provided));
        Assert.Equal(1, built.Zip(stricter).Count(pair => pair.First != pair.Second));
    }

    private string Write(string name, byte[] content)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    private static int FlagsOffset(byte[] elf, string version)
    {
        // The crafted file's strings begin at 64; a vernaux holds its name's offset 4 bytes after its flags.
        int name = Encoding.ASCII.GetString(elf).IndexOf(version + "\0", StringComparison.Ordinal) - 64;
        byte[] reference = [0, 0, 0, 0, .. BitConverter.GetBytes(name)];
        return elf.AsSpan().IndexOf(reference);
    }

    /// <summary>An ELF file that needs versions of other libraries.</summary>
    private static byte[] Library(params (string File, string[] Versions)[] needs)
    {
        var strings = new Strings();
        using var section = new MemoryStream();
        using var write = new BinaryWriter(section);
        for (int i = 0; i < needs.Length; i++)
        {
            (string file, string[] versions) = needs[i];
            write.Write((ushort)1);
            write.Write((ushort)versions.Length);
            write.Write(strings.Add(file));
            write.Write(16);
            write.Write(i + 1 < needs.Length ? 16 + 16 * versions.Length : 0);
            for (int k = 0; k < versions.Length; k++)
            {
                write.Write(0x1234567);
                write.Write((ushort)0);
                write.Write((ushort)0);
                write.Write(strings.Add(versions[k]));
                write.Write(k + 1 < versions.Length ? 16 : 0);
            }
        }

        return Elf(strings, section.ToArray(), 0x6ffffffe, needs.Length);
    }

    /// <summary>An ELF file that defines versions.</summary>
    private static byte[] Definitions(params string[] versions)
    {
        var strings = new Strings();
        using var section = new MemoryStream();
        using var write = new BinaryWriter(section);
        for (int i = 0; i < versions.Length; i++)
        {
            write.Write((ushort)1);
            write.Write((ushort)0);
            write.Write((ushort)(i + 2));
            write.Write((ushort)1);
            write.Write(0x1234567);
            write.Write(20);
            write.Write(i + 1 < versions.Length ? 28 : 0);
            write.Write(strings.Add(versions[i]));
            write.Write(0);
        }

        return Elf(strings, section.ToArray(), 0x6ffffffd, versions.Length);
    }

    /// <summary>Header, strings, the section, three section headers.</summary>
    private static byte[] Elf(Strings strings, byte[] section, uint type, int info)
    {
        byte[] text = strings.ToArray();
        using var file = new MemoryStream();
        using var write = new BinaryWriter(file);
        write.Write([0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1]);
        file.Position = 0x28;
        write.Write((long)(64 + text.Length + section.Length));
        file.Position = 0x3a;
        write.Write((ushort)64);
        write.Write((ushort)3);
        file.Position = 64;
        write.Write(text);
        write.Write(section);
        Header(0, 0, 0, 0, 0);
        Header(3, 64, text.Length, 0, 0);
        Header(type, 64 + text.Length, section.Length, 1, info);
        return file.ToArray();

        void Header(uint kind, long offset, long size, int link, int count)
        {
            write.Write(0);
            write.Write(kind);
            write.Write(0L);
            write.Write(0L);
            write.Write(offset);
            write.Write(size);
            write.Write(link);
            write.Write(count);
            write.Write(0L);
            write.Write(0L);
        }
    }

    private sealed class Strings
    {
        private readonly List<byte> _text = [0];

        public int Add(string value)
        {
            int offset = _text.Count;
            _text.AddRange(Encoding.ASCII.GetBytes(value + "\0"));
            return offset;
        }

        public byte[] ToArray() => [.. _text];
    }
}
