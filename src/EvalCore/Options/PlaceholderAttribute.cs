namespace EvalCore.Options;

/// <summary>
/// The placeholder of a flag's value in the help, for example <c>FILE</c>. It replaces the one derived from the type.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PlaceholderAttribute(string placeholder) : Attribute
{
    /// <summary>The placeholder.</summary>
    public string Text { get; } = placeholder;
}
