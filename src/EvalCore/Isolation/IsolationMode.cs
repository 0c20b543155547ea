namespace EvalCore.Isolation;

/// <summary>Where environments are: the values of <c>--eval.isolation</c>.</summary>
public enum IsolationMode
{
    /// <summary>In the process of the run.</summary>
    None,

    /// <summary>Each in a process of its own, so that a simulator that crashes or hangs costs one attempt of one episode.</summary>
    Process,
}
