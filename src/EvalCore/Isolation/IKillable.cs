namespace EvalCore.Isolation;

/// <summary>What can be ended although a call of it does not return: the call then throws <c>LostEnvironmentException</c>.</summary>
internal interface IKillable
{
    /// <summary>Ends it. Called on any thread.</summary>
    void Kill();
}
