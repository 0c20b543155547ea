using System.Security.Cryptography;
using System.Text;

namespace EvalCore.Hub.Tests;

/// <summary>A file of the local Hub. A large one is a block that repeats, so that it needs no memory.</summary>
internal sealed class FakeFile
{
    private readonly byte[] _block;

    /// <param name="block">The content.</param>
    /// <param name="isLarge">Whether it is in large file storage: on another server, with its SHA-256 as ETag.</param>
    /// <param name="length">The length; the content repeats up to it.</param>
    public FakeFile(byte[] block, bool isLarge = false, long? length = null)
    {
        (_block, Length, IsLarge) = (block, length ?? block.Length, isLarge);
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        sha1.AppendData(Encoding.ASCII.GetBytes($"blob {Length}\0"));
        for (long at = 0; at < Length; at += Slice(at).Length)
        {
            sha256.AppendData(Slice(at));
            sha1.AppendData(Slice(at));
        }

        Sha256 = Convert.ToHexStringLower(sha256.GetHashAndReset());
        BlobId = Convert.ToHexStringLower(sha1.GetHashAndReset());
    }

    public FakeFile(string text) : this(Encoding.UTF8.GetBytes(text))
    {
    }

    public long Length { get; }

    public bool IsLarge { get; }

    public string Sha256 { get; }

    public string BlobId { get; }

    public string ETag => IsLarge ? Sha256 : BlobId;

    /// <summary>The bytes from a position on, as many as lie together.</summary>
    public ReadOnlySpan<byte> Slice(long at)
    {
        int begin = (int)(at % _block.Length);
        return _block.AsSpan(begin, (int)Math.Min(_block.Length - begin, Length - at));
    }

    public byte[] ToArray()
    {
        byte[] all = new byte[Length];
        for (int at = 0; at < all.Length; at += Slice(at).Length)
            Slice(at).CopyTo(all.AsSpan(at));
        return all;
    }
}
