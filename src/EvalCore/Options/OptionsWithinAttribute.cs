namespace EvalCore.Options;

/// <summary>Marks a property of an options class whose object has flags: they are flags of the options class.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class OptionsWithinAttribute : Attribute;
