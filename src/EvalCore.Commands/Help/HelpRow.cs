using EvalCore.Options;

namespace EvalCore.Commands.Help;

/// <summary>A line of the help: what to type, and what it does.</summary>
internal sealed record HelpRow(string Text, string Meaning)
{
    /// <summary>The flags of an options class.</summary>
    /// <param name="defaults">An instance with the defaults.</param>
    /// <param name="prefix">The prefix of each name, for example <c>env.</c>.</param>
    /// <param name="shown">Selects flags; null for all.</param>
    public static IEnumerable<HelpRow> Of(object defaults, string prefix = "", Func<OptionProperty, bool>? shown = null) =>
        OptionProperty.Of(defaults.GetType(), prefix).Where(shown ?? (_ => true)).Select(property =>
        {
            string value = property.TextOf(defaults);
            // No default is added to a description that states it.
            bool isStated = value is "null" or "" or "{}" || property.Description.Contains("default", StringComparison.Ordinal);
            string[] facts = [property.Range, isStated ? "" : $"default: {value}"];
            string brackets = string.Join("; ", facts.Where(fact => fact.Length > 0));

            // Non-breaking spaces keep the brackets on one line.
            string meaning = brackets.Length == 0 ? property.Description : $"{property.Description} [{brackets.Replace(' ', '\u00A0')}]".TrimStart();
            return new HelpRow($"--{property.Name}={property.Placeholder}", meaning);
        });
}
