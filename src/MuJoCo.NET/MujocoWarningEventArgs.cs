namespace MuJoCo;

/// <summary>A warning of MuJoCo.</summary>
/// <param name="message">MuJoCo's text.</param>
public sealed class MujocoWarningEventArgs(string message) : EventArgs
{
    /// <summary>MuJoCo's text.</summary>
    public string Message { get; } = message;
}
