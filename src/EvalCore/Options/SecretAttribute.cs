namespace EvalCore.Options;

/// <summary>A flag whose value is secret: it is written to no file, so a resumed run must be given it again.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretAttribute : Attribute;
