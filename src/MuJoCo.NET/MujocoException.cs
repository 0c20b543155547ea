namespace MuJoCo;

/// <summary>
/// An error of MuJoCo itself: a model that does not compile, an argument it refuses, memory that does not suffice.
/// After an error inside <see cref="MjData.Step()"/> or another computation the data are in an undefined state:
/// <see cref="MjData.Reset()"/> makes them usable again.
/// </summary>
public sealed class MujocoException : Exception
{
    /// <summary>Makes the exception.</summary>
    public MujocoException(string message) : base(message)
    {
    }

    /// <summary>Makes the exception, keeping what caused it.</summary>
    public MujocoException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
