namespace EvalCore.Assets;

/// <summary>How a download failed.</summary>
internal enum DownloadFailure
{
    /// <summary>The connection broke, or there was none.</summary>
    Broken,

    /// <summary>No byte arrived for some seconds.</summary>
    Silent,

    /// <summary>The server does not have the file, or does not give it.</summary>
    Refused,
}
