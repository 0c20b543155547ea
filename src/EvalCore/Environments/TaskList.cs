namespace EvalCore.Environments;

/// <summary>Reads <c>--env.task</c> where a suite has several tasks: names of tasks or groups, separated by commas.</summary>
public static class TaskList
{
    /// <summary>Splits a list into its names, in their order, without duplicates.</summary>
    /// <param name="value">The value of <c>--env.task</c>.</param>
    /// <param name="example">An example of a value, for the message.</param>
    /// <exception cref="EvalCoreException">The list is empty.</exception>
    public static IReadOnlyList<string> Split(string value, string example)
    {
        string[] names = [.. value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct()];
        return names.Length > 0
            ? names
            : throw new EvalCoreException($"--env.task is empty: give tasks or groups separated by commas, for example {example}");
    }
}
