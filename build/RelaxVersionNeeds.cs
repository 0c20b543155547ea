#nullable enable

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;

namespace EvalCore.Build;

/// <summary>
/// The version needs of an ELF library (<c>.gnu.version_r</c>): which symbol versions it wants of the libraries it is
/// linked to. The loader refuses a library when a version it wants is missing, unless that need carries the weak
/// flag. TorchSharp's native library wants GLIBCXX_3.4.32 of libstdc++ for one symbol that is only there to be
/// linked, never called; distributions from before 2023 have an older libstdc++. Formats: System V ABI, LSB Core 5.0
/// "Symbol Versioning".
/// </summary>
public static class VersionNeeds
{
    private const uint VersionDefinitions = 0x6ffffffd;
    private const uint VersionRequirements = 0x6ffffffe;
    private const ushort Weak = 2;

    /// <summary>
    /// Marks as weak every version the library wants of <paramref name="dependency"/> that is not provided; all
    /// other bytes stay as they are.
    /// </summary>
    /// <param name="library">The library, a 64-bit little-endian ELF file; changed in place.</param>
    /// <param name="dependency">The file name of the library it is linked to.</param>
    /// <param name="provided">The versions which that library defines.</param>
    /// <returns>The names of the versions that were marked; none when nothing had to change.</returns>
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

    /// <summary>The versions a library defines (<c>.gnu.version_d</c>).</summary>
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
    /// Relaxes a copy of a library for this machine, if it needs that.
    /// </summary>
    /// <param name="source">The library; never changed.</param>
    /// <param name="destination">Where the relaxed copy goes; deleted when none is needed.</param>
    /// <param name="standardLibrary">This machine's libstdc++.so.6, or null when it is not known.</param>
    /// <returns>The names of the versions that were marked.</returns>
    public static IList<string> RelaxCopy(string source, string destination, string? standardLibrary)
    {
        byte[] library = File.ReadAllBytes(source);
        IList<string> marked = standardLibrary == null
            ? new List<string>()
            : Relax(library, "libstdc++.so.6", Defined(File.ReadAllBytes(standardLibrary)));

        // Deleting first: the destination may be a link to a file that others use.
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(destination))!);
        File.Delete(destination);
        if (marked.Count > 0)
            File.WriteAllBytes(destination, library);

        return marked;
    }

    /// <summary>The libstdc++ the loader finds on this machine, or null.</summary>
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
/// <summary>MSBuild's task around <see cref="VersionNeeds.RelaxCopy"/>.</summary>
public class RelaxVersionNeeds : Microsoft.Build.Utilities.Task
{
    /// <summary>The library as its package has it.</summary>
    [Microsoft.Build.Framework.Required]
    public string Source { get; set; } = "";

    /// <summary>Where the relaxed copy goes, if this machine needs one.</summary>
    [Microsoft.Build.Framework.Required]
    public string Destination { get; set; } = "";

    /// <inheritdoc/>
    public override bool Execute()
    {
        foreach (string version in VersionNeeds.RelaxCopy(Source, Destination, VersionNeeds.FindStandardLibrary()))
        {
            Log.LogMessage(
                Microsoft.Build.Framework.MessageImportance.Low,
                "{0}: this machine's libstdc++ has no {1}; the copy does not insist on it",
                Path.GetFileName(Source), version);
        }

        return true;
    }
}
#endif
