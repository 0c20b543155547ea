namespace EvalCore.History;

/// <summary>Opens histories. <c>EvalCore.Records</c> has SQLite's.</summary>
public interface IHistoryFormat
{
    /// <summary>Opens a history. An empty file is one without entries.</summary>
    /// <param name="path">The file.</param>
    /// <param name="create">Whether a file that is missing is made.</param>
    /// <exception cref="EvalCoreException">The file is missing, of another version, locked by another process, or none of this format.</exception>
    IRunHistory Open(string path, bool create);
}
