namespace MuJoCo;

/// <summary>
/// An error reported by MuJoCo, such as a model that does not compile, an invalid argument or insufficient memory, or a
/// missing native library. After an error inside <see cref="MjData.Step()"/> or another computation the data are in an
/// undefined state until <see cref="MjData.Reset()"/> is called.
/// </summary>
public sealed class MujocoException : Exception
{
    /// <summary>Creates the exception.</summary>
    public MujocoException(string message) : base(message)
    {
    }

    /// <summary>Creates the exception with its cause.</summary>
    public MujocoException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
