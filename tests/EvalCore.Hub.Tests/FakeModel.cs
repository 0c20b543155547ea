using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace EvalCore.Hub.Tests;

/// <summary>A model of the local Hub.</summary>
internal sealed class FakeModel
{
    /// <summary>The files of each commit, by path.</summary>
    public ConcurrentDictionary<string, IReadOnlyDictionary<string, FakeFile>> Commits { get; } = new();

    /// <summary>The commits of branches, tags and <c>refs/pr/N</c>.</summary>
    public ConcurrentDictionary<string, string> Refs { get; } = new();

    public bool IsGated { get; set; }

    public bool IsPrivate { get; set; }

    public bool RedirectsSmallFiles { get; set; }

    /// <summary>Adds a commit to a branch.</summary>
    /// <returns>The commit.</returns>
    public string Push(IReadOnlyDictionary<string, FakeFile> files, string branch = "main")
    {
        string text = string.Concat(files.Select(file => $"{file.Key} {file.Value.ETag}\n")) + Commits.Count;
        string commit = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..40];
        Commits[commit] = files;
        Refs[branch] = commit;
        return commit;
    }

    /// <summary>The commit of a revision; null where there is none.</summary>
    public string? Commit(string revision) => Commits.ContainsKey(revision) ? revision : Refs.GetValueOrDefault(revision);

    /// <summary>What the Hub answers about a commit.</summary>
    public JsonNode Describe(string commit) => new JsonObject
    {
        ["id"] = "owner/name",
        ["sha"] = commit,
        ["gated"] = IsGated,
        ["siblings"] = new JsonArray([.. Commits[commit].Select(file =>
        {
            var sibling = new JsonObject { ["rfilename"] = file.Key, ["blobId"] = file.Value.BlobId, ["size"] = file.Value.Length };
            if (file.Value.IsLarge)
                sibling["lfs"] = new JsonObject { ["sha256"] = file.Value.Sha256, ["size"] = file.Value.Length, ["pointerSize"] = 134 };
            return sibling;
        })]),
    };
}
