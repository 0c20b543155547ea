namespace EvalCore.Options;

/// <summary>What stands for a flag's value in the help, where its type does not say enough: <c>FILE</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PlaceholderAttribute(string text) : Attribute
{
    /// <summary>The placeholder.</summary>
    public string Text { get; } = text;
}
