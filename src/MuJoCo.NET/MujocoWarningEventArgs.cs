namespace MuJoCo;

/// <summary>The argument of <see cref="Mujoco.Warning"/>.</summary>
/// <param name="message">MuJoCo's message.</param>
public sealed class MujocoWarningEventArgs(string message) : EventArgs
{
    /// <summary>MuJoCo's message.</summary>
    public string Message { get; } = message;
}
