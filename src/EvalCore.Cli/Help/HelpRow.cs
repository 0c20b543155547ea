using EvalCore.Options;

namespace EvalCore.Cli.Help;

/// <summary>A line of the help: what to type, and what it does.</summary>
internal sealed record HelpRow(string Text, string Meaning)
{
    /// <summary>The flags of an options class.</summary>
    /// <param name="defaults">An instance with the defaults.</param>
    /// <param name="prefix">What stands before each name, for example <c>env.</c>.</param>
    public static IEnumerable<HelpRow> Of(object defaults, string prefix = "") =>
        OptionProperty.Of(defaults.GetType(), prefix).Select(property =>
        {
            string value = property.TextOf(defaults);
            // A description that tells of its default itself needs none beside it.
            bool told = value is "null" or "" or "{}" || property.Description.Contains("default", StringComparison.Ordinal);
            // The default stays in one piece where lines are broken.
            string meaning = told ? property.Description : $"{property.Description} [default:\u00A0{value}]".TrimStart();
            return new HelpRow($"--{property.Name}={property.Placeholder}", meaning);
        });
}
