using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace EvalCore.Hub;

/// <summary>A model repository on the Hugging Face Hub, and one of its revisions.</summary>
/// <param name="Id">The owner and the name: <c>lerobot/act_aloha_sim_transfer_cube_human</c>.</param>
/// <param name="Revision">A branch, a tag, a commit, or <c>refs/pr/N</c>; null for the branch <c>main</c>.</param>
public sealed partial record HubRepository(string Id, string? Revision = null)
{
    private const int LongestId = 96;
    private const int LongestRevision = 200;

    /// <summary>Whether <see cref="Revision"/> is a whole commit, which never changes.</summary>
    public bool IsCommit => Revision is not null && IsCommitHash(Revision);

    /// <summary>Reads <c>owner/name</c> or <c>owner/name@revision</c>.</summary>
    /// <returns>The repository; null where the text is not written like one.</returns>
    public static HubRepository? Parse(string? text)
    {
        if (text is null)
            return null;
        int at = text.IndexOf('@', StringComparison.Ordinal);
        string id = at < 0 ? text : text[..at];
        string? revision = at < 0 ? null : text[(at + 1)..];
        return IsId(id) && (revision is null || IsRevision(revision)) ? new HubRepository(id, revision) : null;
    }

    /// <summary><c>owner/name@revision</c>, or <c>owner/name</c> without a revision.</summary>
    public override string ToString() => Revision is null ? Id : $"{Id}@{Revision}";

    internal static bool IsCommitHash([NotNullWhen(true)] string? text) => text is { Length: 40 } && text.All(char.IsAsciiHexDigitLower);

    /// <summary>As the Hub names repositories; both parts become a part of a folder's name.</summary>
    private static bool IsId(string id) =>
        id.Length <= LongestId && Ids().IsMatch(id) && !id.Contains("--", StringComparison.Ordinal) && !id.Contains("..", StringComparison.Ordinal)
        && !id.EndsWith(".git", StringComparison.Ordinal);

    /// <summary>A name of git; it becomes the path of a file.</summary>
    private static bool IsRevision(string revision) =>
        revision.Length <= LongestRevision && Revisions().IsMatch(revision) && !revision.Contains("..", StringComparison.Ordinal);

    [GeneratedRegex(@"\A[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?/[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?\z")]
    private static partial Regex Ids();

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.+-]*(/[A-Za-z0-9_][A-Za-z0-9_.+-]*)*\z")]
    private static partial Regex Revisions();
}
