#nullable enable

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;

namespace EvalCore.Build;

/// <summary>
/// Reads and relaxes the version needs of an ELF library (section <c>.gnu.version_r</c>): the symbol versions it
/// requires of the libraries it is linked to. The loader rejects a library when a required version is missing, unless
/// the entry has the weak flag. TorchSharp's native library requires GLIBCXX_3.4.32 of libstdc++ for one symbol that is
/// linked but never called; distributions from before 2023 have an older libstdc++. File format: System V ABI; LSB Core
/// 5.0, "Symbol Versioning".
/// </summary>
public static class VersionNeeds
{
    private const uint VersionDefinitions = 0x6ffffffd;
    private const uint VersionRequirements = 0x6ffffffe;
    private const ushort Weak = 2;

    /// <summary>
    /// Sets the weak flag of every version that the library requires of <paramref name="dependency"/> and that is not
    /// in
    /// <paramref name="provided"/>. No other byte changes.
    /// </summary>
    /// <param name="library">The library, a 64-bit little-endian ELF file; changed in place.</param>
    /// <param name="dependency">The file name of a library it is linked to.</param>
    /// <param name="provided">The versions that the dependency defines.</param>
    /// <returns>The names of the versions whose flag was set; empty when nothing had to change.</returns>
    public static IList<string> Relax(byte[] library, string dependency, ICollection<string> provided)
    {
        var marked = new List<string>();
        foreach (Section section in Sections(library).Where(s => s.Type == VersionRequirements))
        {
            // Elf64_Verneed: version u16, count u16, file u32, aux u32, next u32; offsets from its own start.
            int need = section.Offset;
            for (uint i = 0; i < section.Info; i++)
            {
                if (Text(library, section.Strings + Int(library, need + 4)) == dependency)
                {
                    // Elf64_Vernaux: hash u32, flags u16, other u16, name u32, next u32.
                    int version = need + Int(library, need + 8);
                    for (int k = BitConverter.ToUInt16(library, need + 2); k > 0; k--)
                    {
                        string name = Text(library, section.Strings + Int(library, version + 8));
                        if ((library[version + 4] & Weak) == 0 && !provided.Contains(name))
                        {
                            library[version + 4] |= (byte)Weak;
                            marked.Add(name);
                        }

                        version += Int(library, version + 12);
                    }
                }

                need += Int(library, need + 12);
            }
        }

        return marked;
    }

    /// <summary>The versions that a library defines (section <c>.gnu.version_d</c>).</summary>
    public static ISet<string> Defined(byte[] library)
    {
        var defined = new HashSet<string>();
        foreach (Section section in Sections(library).Where(s => s.Type == VersionDefinitions))
        {
            // Elf64_Verdef: version, flags, index, count u16, hash, aux, next u32. Elf64_Verdaux: name, next u32.
            int definition = section.Offset;
            for (uint i = 0; i < section.Info; i++)
            {
                int name = definition + Int(library, definition + 12);
                defined.Add(Text(library, section.Strings + Int(library, name)));
                definition += Int(library, definition + 16);
            }
        }

        return defined;
    }

    /// <summary>
    /// Writes a relaxed copy of a library, if this machine's libstdc++ lacks a version that the library requires.
    /// </summary>
    /// <param name="source">The library; not changed.</param>
    /// <param name="destination">
    /// The path of the relaxed copy; an existing file is deleted when no copy is needed.
    /// </param>
    /// <param name="standardLibrary">
    /// This machine's libstdc++.so.6; null when it was not found, then no copy is written.
    /// </param>
    /// <returns>The names of the versions whose flag was set.</returns>
    public static IList<string> RelaxCopy(string source, string destination, string? standardLibrary)
    {
        byte[] library = File.ReadAllBytes(source);
        IList<string> marked = standardLibrary == null
            ? new List<string>()
            : Relax(library, "libstdc++.so.6", Defined(File.ReadAllBytes(standardLibrary)));

        // The destination may be a hard link to a file in use elsewhere, so it is deleted and not overwritten.
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(destination))!);
        File.Delete(destination);
        if (marked.Count > 0)
            File.WriteAllBytes(destination, library);

        return marked;
    }

    /// <summary>
    /// The libstdc++ that the loader finds on this machine; null when there is none in the usual folders.
    /// </summary>
    public static string? FindStandardLibrary()
    {
        string[] path = (Environment.GetEnvironmentVariable("LD_LIBRARY_PATH") ?? "").Split(':');
        string[] usual =
        {
            "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib64", "/usr/lib64", "/lib", "/usr/lib",
        };
        return path.Where(folder => folder.Length > 0).Concat(usual)
            .Select(folder => Path.Combine(folder, "libstdc++.so.6")).FirstOrDefault(File.Exists);
    }

    private static IEnumerable<Section> Sections(byte[] elf)
    {
        if (elf.Length < 64 || elf[0] != 0x7f || elf[1] != 'E' || elf[2] != 'L' || elf[3] != 'F' || elf[4] != 2 || elf[5] != 1)
            throw new InvalidDataException("not a 64-bit little-endian ELF library");
        int table = Long(elf, 0x28);
        int size = BitConverter.ToUInt16(elf, 0x3a);
        int count = BitConverter.ToUInt16(elf, 0x3c);
        for (int i = 0; i < count; i++)
        {
            int header = table + i * size;
            int strings = table + Int(elf, header + 40) * size;
            yield return new Section
            {
                Type = BitConverter.ToUInt32(elf, header + 4),
                Offset = Long(elf, header + 24),
                Strings = Long(elf, strings + 24),
                Info = BitConverter.ToUInt32(elf, header + 44),
            };
        }
    }

    private static int Int(byte[] elf, int offset) => checked((int)BitConverter.ToUInt32(elf, offset));

    private static int Long(byte[] elf, int offset) => checked((int)BitConverter.ToUInt64(elf, offset));

    private static string Text(byte[] elf, int offset) =>
        Encoding.ASCII.GetString(elf, offset, Array.IndexOf(elf, (byte)0, offset) - offset);

    private struct Section
    {
        public uint Type;
        public int Offset;
        public int Strings;
        public uint Info;
    }
}

#if !WITHOUT_MSBUILD
/// <summary>The MSBuild task that calls <see cref="VersionNeeds.RelaxCopy"/>.</summary>
public class RelaxVersionNeeds : Microsoft.Build.Utilities.Task
{
    /// <summary>The library in its package.</summary>
    [Microsoft.Build.Framework.Required]
    public string Source { get; set; } = "";

    /// <summary>The path of the relaxed copy, written when this machine needs one.</summary>
    [Microsoft.Build.Framework.Required]
    public string Destination { get; set; } = "";

    /// <inheritdoc/>
    public override bool Execute()
    {
        foreach (string version in VersionNeeds.RelaxCopy(Source, Destination, VersionNeeds.FindStandardLibrary()))
        {
            Log.LogMessage(
                Microsoft.Build.Framework.MessageImportance.Low,
                "{0}: this machine's libstdc++ has no {1}; the copy does not require it",
                Path.GetFileName(Source), version);
        }

        return true;
    }
}
#endif
