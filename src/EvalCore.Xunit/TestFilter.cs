using System.Text.RegularExpressions;

namespace EvalCore.Xunit;

/// <summary>The filter of a test run: the options <c>--filter</c>, <c>--filter-trait</c>, <c>--filter-query</c> and their like.</summary>
/// <param name="Options">The options with their values, as given.</param>
/// <param name="Clauses">The conditions in them: a property or trait, and its value.</param>
internal sealed partial record TestFilter(IReadOnlyList<string> Options, IReadOnlyList<(string Name, string Value)> Clauses)
{
    /// <summary>The traits of gates.</summary>
    public static readonly string[] Traits = ["Suite", "Task", "Group"];

    /// <summary>Properties that every test has.</summary>
    private static readonly string[] Properties =
        ["FullyQualifiedName", "DisplayName", "Name", "ClassName", "Class", "Method", "Namespace", "Id"];

    /// <summary>The conditions as text.</summary>
    public string Text => string.Join(' ', Options.Where(option => !option.StartsWith('-')));

    /// <summary>Reads the filter among a test program's arguments.</summary>
    public static TestFilter Of(IReadOnlyList<string> args)
    {
        var options = new List<string>();
        bool isFilter = false;
        foreach (string arg in args)
        {
            if (arg.StartsWith("--", StringComparison.Ordinal))
                isFilter = arg.StartsWith("--filter", StringComparison.Ordinal);
            if (!isFilter)
                continue;
            // An option's value can also follow a = or a colon.
            string[] parts = arg.StartsWith("--", StringComparison.Ordinal) ? arg.Split(['=', ':'], 2) : [arg];
            options.AddRange(parts);
        }

        var clauses = options.Where(option => !option.StartsWith("--", StringComparison.Ordinal))
            .SelectMany(option => Clause().Matches(option))
            .Where(match => !match.Groups["op"].Value.StartsWith('!'))
            .Select(match => (match.Groups["name"].Value, match.Groups["value"].Value.Trim()));
        return new TestFilter(options, [.. clauses]);
    }

    /// <summary>The values of a trait.</summary>
    public IEnumerable<string> ValuesOf(string trait) => Clauses.Where(clause => clause.Name == trait).Select(clause => clause.Value);

    /// <summary>
    /// Whether all cases of a suite's gate are selected: there is no filter, or it is <c>Suite=NAME</c> alone. With any other filter
    /// that may be so as well, but is not certain.
    /// </summary>
    public bool SelectsWhole(string suite) => Options.Count == 0
        || (Options.Where((_, i) => i % 2 == 0).All(option => option is "--filter" or "--filter-trait")
            && Options.Count % 2 == 0
            && Options.Where((_, i) => i % 2 == 1).Any(text => text.Trim() == $"Suite={suite}"));

    /// <summary>The names that are neither a property of every test nor a trait of gates.</summary>
    public IEnumerable<string> OtherTraits => Clauses.Select(clause => clause.Name).Except(Traits).Except(Properties);

    [GeneratedRegex(@"(?<name>[\w.]+)\s*(?<op>!?[=~])\s*(?<value>[^&|()\[\]\n]+)")]
    private static partial Regex Clause();
}
