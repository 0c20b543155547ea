using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using EvalCore.Tests.Assets;
using MuJoCo.Native;

namespace MuJoCo.Tests;

/// <summary>Taking the library from the archive of a release, with a server on this machine.</summary>
public sealed class ReleaseArchiveTests : IDisposable
{
    private const string Name = "mujoco.tar.gz";
    private const string Entry = "mujoco-3.8.1/lib/libmujoco.so.3.8.1";

    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-mujoco-").FullName;
    private readonly Dictionary<string, byte[]> _served = [];

    private string Target => Path.Combine(_folder, "native", "mujoco", "lib", "libmujoco.so.3.8.1");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_library_that_was_linked_again_is_taken_and_has_another_hash()
    {
        byte[] library = Relinked();
        Serve(library);
        Assert.Null(Restore());
        Assert.Equal(library, File.ReadAllBytes(Target));
        Assert.NotEqual(MujocoLibrary.ReferenceSha256, MujocoLibrary.Hash(Target));
        Assert.Equal([Path.Combine(_folder, "native", "mujoco")], Directory.GetFileSystemEntries(Path.Combine(_folder, "native")));
    }

    [Fact]
    public void A_library_of_another_version_is_refused()
    {
        byte[] library = Relinked();
        // mov eax, 3008001: the result of mj_version().
        byte[] version = [0xb8, .. BitConverter.GetBytes(3008001)];
        int place = library.AsSpan().IndexOf(version);
        Assert.True(place > 0);
        BitConverter.TryWriteBytes(library.AsSpan(place + 1), 3009000);
        Serve(library);
        Fails("{0} is MuJoCo 3.9.0; this binding needs exactly 3.8.1: put libmujoco.so.3.8.1 beside the program or set MUJOCO_LIBRARY to it");
    }

    [Fact]
    public void An_archive_with_another_checksum_is_refused()
    {
        Serve(Relinked());
        _served[Name + ".sha256"] = Encoding.ASCII.GetBytes(new string('0', 64) + "  " + Name);
        Fails("{0} cannot be fetched (its SHA-256 is not the one that is published beside it); put libmujoco.so.3.8.1 of the official release to {1}, or set EVALCORE_MIRROR");
    }

    [Fact]
    public void Without_a_checksum_only_the_known_library_is_taken()
    {
        Serve(Relinked());
        _served.Remove(Name + ".sha256");
        Fails("{0}: no SHA-256 is published beside it, and its libmujoco.so.3.8.1 is not the known one");

        Assert.SkipUnless(MujocoLibrary.Sha256 == MujocoLibrary.ReferenceSha256, "the loaded library is not the one of the reference data");
        Serve(File.ReadAllBytes(Mujoco.LibraryPath));
        _served.Remove(Name + ".sha256");
        Assert.Null(Restore());
    }

    /// <summary>A few hundred kB that are 300 MB when they are unpacked.</summary>
    [Fact]
    public void A_library_that_is_too_large_is_not_unpacked()
    {
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(new GZipStream(bytes, CompressionLevel.Fastest)))
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, Entry) { DataStream = new Zeros(300_000_000) });
        Serve(bytes.ToArray(), isArchive: false);
        Fails("{0} cannot be fetched (its libmujoco.so.3.8.1 has 300000000 bytes, more than 200000000); put libmujoco.so.3.8.1 of the official release to {1}, or set EVALCORE_MIRROR");
    }

    [Theory]
    [InlineData("not an archive", "{0} is not a gzip-compressed tar archive")]
    [InlineData("", "{0} cannot be fetched (it has no " + Entry + "); put libmujoco.so.3.8.1 of the official release to {1}, or set EVALCORE_MIRROR")]
    public void A_file_that_is_not_the_archive_is_refused(string content, string line)
    {
        Serve(Encoding.ASCII.GetBytes(content), isArchive: false);
        Fails(line);
    }

    [Fact]
    public void A_library_that_cannot_be_loaded_is_refused()
    {
        Machine.NeedsMujoco();
        byte[] library = File.ReadAllBytes(Mujoco.LibraryPath);
        Serve(library[..(library.Length / 2)]);
        Fails("{0}: its libmujoco.so.3.8.1 cannot be loaded on this machine");
    }

    [Fact]
    public void A_connection_that_breaks_is_reported()
    {
        Serve(Relinked());
        using var server = new UnreliableServer(_served, request => request == 1);
        string? problem = new ReleaseArchive(new Uri(server.Address, Name), TimeSpan.FromSeconds(5)).Restore(Target);
        Assert.Matches(@"cannot be fetched \(the connection (ended after \d+ of \d+ bytes|to 127\.0\.0\.1 broke)\); put libmujoco", problem);
        Assert.False(File.Exists(Target));
    }

    [Theory]
    [InlineData("", "does not answer")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx", "sends nothing for 0.2 s")]
    public void A_silent_server_is_reported(string answer, string reason)
    {
        using var server = new SilentServer(answer);
        string? problem = new ReleaseArchive(new Uri(server.Address, Name), TimeSpan.FromSeconds(0.2)).Restore(Target);
        Assert.StartsWith($"{server.Address}{Name} cannot be fetched (127.0.0.1 {reason})", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cache_that_cannot_be_written_is_reported()
    {
        string file = Path.Combine(_folder, "native");
        File.WriteAllText(file, "a file where a folder should be");
        Assert.Equal(
            $"{Path.GetDirectoryName(Target)} cannot be written: set EVALCORE_CACHE to a folder that can be written",
            new ReleaseArchive(new Uri("http://127.0.0.1:9/"), TimeSpan.FromSeconds(1)).Restore(Target));
    }

    /// <summary>The library as another build of the same version: trailing bytes, which the loader ignores.</summary>
    private static byte[] Relinked()
    {
        Machine.NeedsMujoco();
        return [.. File.ReadAllBytes(Mujoco.LibraryPath), .. "linked again"u8];
    }

    /// <summary>A stream of zero bytes.</summary>
    private sealed class Zeros(long length) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => length;

        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            int read = (int)Math.Min(count, length - Position);
            Array.Clear(buffer, offset, read);
            Position += read;
            return read;
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }
    }

    private void Serve(byte[] content, bool isArchive = true)
    {
        byte[] archive = content;
        if (isArchive || content.Length == 0)
        {
            using var bytes = new MemoryStream();
            using (var tar = new TarWriter(new GZipStream(bytes, CompressionLevel.Fastest)))
            {
                string name = content.Length == 0 ? "mujoco-3.8.1/README" : Entry;
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
            }

            archive = bytes.ToArray();
        }

        _served[Name] = archive;
        _served[Name + ".sha256"] = Encoding.ASCII.GetBytes($"{Convert.ToHexStringLower(SHA256.HashData(archive))}  {Name}\n");
    }

    private string? Restore()
    {
        using var server = new UnreliableServer(_served, _ => false);
        return new ReleaseArchive(new Uri(server.Address, Name), TimeSpan.FromSeconds(5)).Restore(Target)
            ?.Replace(server.Address.AbsoluteUri + Name, "{0}", StringComparison.Ordinal).Replace(Target, "{1}", StringComparison.Ordinal);
    }

    private void Fails(string line)
    {
        Assert.Equal(line, Restore());
        Assert.False(File.Exists(Target));
        Assert.Empty(Directory.GetFiles(_folder, "*", SearchOption.AllDirectories));
    }
}
