using System.Text.RegularExpressions;

namespace EvalCore.Commands.Jobs;

/// <summary>The flags of a command that writes jobs, besides those of the evaluation.</summary>
internal interface IJobFlags
{
    /// <summary>The number of shards; 0 where it is not given.</summary>
    int Shards { get; }

    /// <summary>Checks the values that become parts of a file.</summary>
    /// <exception cref="EvalCoreException">A value is missing or not possible; the message names its flag.</exception>
    void Validate();

    /// <summary>Checks one value.</summary>
    /// <param name="flag">The flag without its dashes.</param>
    /// <param name="value">The value; null where it is not given.</param>
    /// <param name="pattern">What it has to match.</param>
    /// <param name="expected">What it should be, for the message.</param>
    /// <exception cref="EvalCoreException">The value does not match.</exception>
    static void Match(string flag, string? value, Regex pattern, string expected)
    {
        if (value is not null && !pattern.IsMatch(value))
            throw new EvalCoreException($"--{flag}: '{EvalCoreException.Printable(value)}' is not {expected}");
    }
}
