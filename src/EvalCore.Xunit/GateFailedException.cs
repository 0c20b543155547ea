// xunit puts the name of an exception's type before its message, except where the type is in this namespace.
#pragma warning disable IDE0130
namespace Xunit.Sdk;
#pragma warning restore IDE0130

/// <summary>The failure of a gate. It has no stack trace, which would say nothing about a policy.</summary>
/// <param name="message">What failed, and what to do.</param>
internal sealed class GateFailedException(string message) : XunitException(message)
{
    /// <inheritdoc/>
    public override string? StackTrace => null;
}
