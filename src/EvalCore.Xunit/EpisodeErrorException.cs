// xunit puts the name of an exception's type before its message, except where the type is in this namespace.
#pragma warning disable IDE0130
namespace Xunit.Sdk;
#pragma warning restore IDE0130

/// <summary>
/// An episode that could not be played, or a gate that does not pass because of one. It is no assertion: a report shows the case as an
/// error, not as a failure of the policy. It has no stack trace, which would say nothing about the simulator.
/// </summary>
/// <param name="message">What happened, and what to do.</param>
internal sealed class EpisodeErrorException(string message) : Exception(message)
{
    /// <inheritdoc/>
    public override string? StackTrace => null;
}
