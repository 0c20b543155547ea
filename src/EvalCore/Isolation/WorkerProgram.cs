namespace EvalCore.Isolation;

/// <summary>How a program is started again as the process of an environment. A program that can do so calls <see cref="IsolatedWorker.Run"/>.</summary>
/// <param name="FileName">The executable.</param>
/// <param name="Arguments">Its arguments before those of the worker: the program's assembly, where the executable is <c>dotnet</c>.</param>
public sealed record WorkerProgram(string FileName, IReadOnlyList<string> Arguments)
{
    /// <summary>This program; null where the system does not say which it is.</summary>
    public static WorkerProgram? Own => Environment.ProcessPath is not { } program ? null
        : Path.GetFileNameWithoutExtension(program) == "dotnet" ? new WorkerProgram(program, [Environment.GetCommandLineArgs()[0]])
        : new WorkerProgram(program, []);
}
