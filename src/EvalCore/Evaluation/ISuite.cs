using EvalCore.Diagnostics;
using EvalCore.Environments;
using EvalCore.Policies;

namespace EvalCore.Evaluation;

/// <summary>A suite that a program registers: its flags, its built-in policies and its prerequisites.</summary>
public interface ISuite
{
    /// <summary>The flags of the suite with their defaults.</summary>
    EnvConfig NewConfig();

    /// <summary>The built-in policies of the suite.</summary>
    IReadOnlyList<IPolicySource> Policies => [];

    /// <summary>The prerequisites that <c>evalcore doctor</c> checks.</summary>
    IReadOnlyList<Check> Checks => [];
}
