namespace EvalCore.Options;

/// <summary>
/// A flag whose value is a command that is run. It is taken from the command line, from a configuration file and, on a resume, from the
/// run's own journal, but not from a result that is only read: that may be another person's.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class StartsProgramAttribute : Attribute;
